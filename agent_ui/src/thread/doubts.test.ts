import { expect, test } from "vitest";
import { message } from "../state/samples.ts";
import { hasMore, marks } from "./doubts.ts";

const rosa = { kind: "email", value: "rosa@shop.example", name: "Rosa" };
const tones = (context: Record<string, unknown>, address = rosa) => marks(message(1, { context, address })).map(({ tone, icon }) => `${tone} ${icon}`);

test("a mail that its domain does not vouch for is marked red, before all else", () => {
  const failed = { form: "web@demo.example", failed_authentication: true, authentication: { dmarc: "fail" } };
  expect(tones(failed)).toEqual(["bad alert", "warn id"]);
});

test("only a sender who stands for himself is shown as proved", () => {
  expect(tones({ authentication: { dmarc: "pass" } })).toEqual(["calm shield"]);
  expect(tones({ authentication: { dmarc: "pass" }, forwarded_by: "Ana" }, { ...rosa, kind: "claimed_email" })).toEqual(["warn transfer"]);
});

test("a result that says nothing is not shown, one that did not come is", () => {
  expect(tones({ authentication: { dmarc: "none" } })).toEqual([]);
  expect(tones({ authentication: { dmarc: "neutral" } })).toEqual([]);
  expect(tones({ authentication: { dmarc: "temperror" } })).toEqual(["calm shield"]);
});

test("what is signed or encrypted, and by which way it came, is told", () => {
  expect(tones({ signed: "pgp", encrypted: "s/mime", list: "club", resent_by: "Ana" })).toEqual(["calm transfer", "calm people", "warn lock", "calm key"]);
});

test("a mail of words alone brings nothing more", () => {
  expect(hasMore(message(1, { address: rosa }))).toBe(false);
  expect(hasMore(message(1, { address: rosa, context: { resembles: "t" } }))).toBe(true);
  expect(hasMore(message(1, { address: { ...rosa, kind: "claimed_email" } }))).toBe(true);
});
