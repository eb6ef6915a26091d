import { expect, test } from "vitest";
import type { Reach } from "../live/types.ts";
import { message } from "../state/samples.ts";
import { limitsOf, mapAddress, mayChange, signs, signsOn, unsupported } from "./talents.ts";

const LUCIA = { kind: "customer" as const, id: "c", name: "Lucía" };
const ANA = { kind: "human" as const, id: "me", name: "Ana" };
const sent = message(1, { direction: "out", state: "sent", author: ANA });

test("what a channel can do is read from the way to answer by it", () => {
  const reach = [{ channel: { id: "ch" }, limits: { edits: true } }] as Reach[];
  expect(limitsOf(message(1, { channel: { id: "ch", connector: "telegram", name: "Bot" } }), reach)).toEqual({ edits: true });
  expect(limitsOf(message(1), reach)).toEqual({});
});
test("signs are the channel's own, some usual ones, or none", () => {
  expect(signs({ reactions: true, emojis: ["👍"] })).toEqual(["👍"]);
  expect(signs({ reactions: true, emojis: [] }).length).toBeGreaterThan(4);
  expect(signs({ reactions: false, emojis: ["👍"] })).toEqual([]);
});
test("the same sign of both sides is shown once, with who put it", () => {
  const both = message(1, { reactions: [{ emoji: "👍", by: LUCIA }, { emoji: "❤️", by: LUCIA }, { emoji: "👍", by: ANA }] });
  expect(signsOn(both)).toEqual([
    { emoji: "👍", count: 2, names: ["Lucía", "Ana"], ours: true },
    { emoji: "❤️", count: 1, names: ["Lucía"], ours: false },
  ]);
});
test("only what left and is ours is changed or taken back, where the channel can", () => {
  const all = { edits: true, deletions: true };
  expect(mayChange(sent, all)).toEqual({ edit: true, remove: true });
  expect(mayChange(sent, {})).toEqual({ edit: false, remove: false });
  expect(mayChange({ ...sent, state: "queued" }, all)).toEqual({ edit: false, remove: false });
  expect(mayChange({ ...sent, deleted_at: sent.at }, all)).toEqual({ edit: false, remove: false });
  expect(mayChange({ ...sent, context: { echo: true } }, all)).toEqual({ edit: false, remove: false });
  expect(mayChange(message(2), all)).toEqual({ edit: false, remove: false });
  expect(mayChange({ ...sent, text: "" }, all)).toEqual({ edit: false, remove: true });
});
test("a kind that nobody reads is named", () => {
  expect(unsupported(message(1, { context: { unsupported: "poll" } }))).toBe("poll");
  expect(unsupported(message(1))).toBeNull();
});
test("a place leads to an open map", () => expect(mapAddress({ latitude: 39.47, longitude: -0.37 })).toContain("mlat=39.47&mlon=-0.37"));
