import { describe, expect, test } from "vitest";
import type { Reach } from "../live/types.ts";
import { addresses, fileRoom, room, tight, tooLong, wayKey, wayOf, wrongAddresses } from "./limits.ts";

const file = (name: string, size: number) => new File([new Uint8Array(size)], name);
const way = (id: string, value: string, last = false) => ({ channel: { id, connector: id, name: id }, address: { kind: "email", value }, last }) as Reach;

describe("room for text", () => {
  test("is counted as people count: an emoji is one character", () => {
    expect(room("Hola 👋", { text: 10 })).toEqual({ used: 6, most: 10 });
  });

  test("has no end where the channel sets none", () => {
    expect(room("x".repeat(9_999), { text: 0 })).toEqual({ used: 9_999, most: null });
    expect(tooLong(room("x".repeat(9_999), {}))).toBe(false);
  });

  test("is tight before it is used up", () => {
    expect(tight(room("x".repeat(91), { text: 100 }))).toBe(true);
    expect(tooLong(room("x".repeat(100), { text: 100 }))).toBe(false);
    expect(tooLong(room("x".repeat(101), { text: 100 }))).toBe(true);
  });
});

describe("files", () => {
  test("too big and too many are told apart", () => {
    const [small, big, more] = [file("a", 10), file("b", 200), file("c", 10)];
    expect(fileRoom([small, big, more], 1, { attachments: 2, attachment_bytes: 100 })).toEqual({ fit: [small], tooBig: [big], tooMany: [more] });
  });

  test("of a channel that takes none do not fit", () => {
    expect(fileRoom([file("a", 1)], 0, { attachments: 0 }).fit).toEqual([]);
  });
});

describe("the way to answer", () => {
  const ways = [way("chat", "8817"), way("mail", "lucia@ferrer.example", true)];

  test("is the one the customer used last, until another is chosen", () => {
    expect(wayOf(ways, null)).toBe(ways[1]);
    expect(wayOf(ways, wayKey(ways[0]!))).toBe(ways[0]);
  });

  test("that was chosen and is gone gives way to the last one", () => {
    expect(wayOf(ways, "gone")).toBe(ways[1]);
    expect(wayOf([], null)).toBeNull();
  });
});

describe("copies", () => {
  test("are separated by commas, semicolons and spaces", () => {
    expect(addresses(" a@x.es, b@x.es;c@x.es  a@x.es ")).toEqual(["a@x.es", "b@x.es", "c@x.es"]);
  });

  test("that cannot be an address are named", () => {
    expect(wrongAddresses(["a@x.es", "ana", "b@x"])).toEqual(["ana", "b@x"]);
  });
});
