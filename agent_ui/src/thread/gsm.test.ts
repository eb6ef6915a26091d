import { expect, test } from "vitest";
import { segments, units } from "./gsm.ts";

test.each([
  ["", { encoding: "gsm7", count: 0, left: 160, forced: null }],
  ["Hola, ¿qué tal? ñ", { encoding: "gsm7", count: 1, left: 143, forced: null }],
  ["x".repeat(160), { encoding: "gsm7", count: 1, left: 0, forced: null }],
  ["x".repeat(161), { encoding: "gsm7", count: 2, left: 145, forced: null }],
  ["€".repeat(80), { encoding: "gsm7", count: 1, left: 0, forced: null }],
  ["Adiós", { encoding: "ucs2", count: 1, left: 65, forced: "ó" }],
  ["x".repeat(69) + "👋", { encoding: "ucs2", count: 2, left: 63, forced: "👋" }],
])("%j", (text, counted) => expect(segments(text)).toEqual(counted));

test("an escape is never parted from its sign", () => {
  expect(segments("x".repeat(152) + "€" + "x".repeat(20))).toMatchObject({ count: 2, left: 153 - 22 });
});
test("a surrogate pair is never parted", () => expect(segments("x".repeat(66) + "👋" + "x".repeat(10))).toMatchObject({ count: 2, left: 67 - 12 }));
test("units are septets or UTF-16 units", () => expect([units("a€"), units("ó€"), units("👋")]).toEqual([3, 2, 2]));
