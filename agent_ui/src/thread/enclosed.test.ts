import { expect, test } from "vitest";
import type { Topic } from "../live/types.ts";
import { message } from "../state/samples.ts";
import { enclosed, kin, meeting } from "./enclosed.ts";

const invitation = (given: Record<string, string>) => meeting(message(1, { context: { invitation: { method: "request", ...given } } }), "en");

test("a meeting says what, when and where, as far as it does", () => {
  const told = invitation({ summary: "Pick up", start: "2026-11-25T10:00:00+00:00", end: "2026-11-25T10:30:00+00:00", place: "Workshop" });
  expect(told?.title).toContain("Pick up");
  expect(told?.lines.map(({ text }) => text)).toEqual([expect.stringContaining("2026"), "Workshop"]);
});

test("whole days end on the last day, not on the one after", () => {
  expect(invitation({ start: "2026-11-25", end: "2026-11-26" })?.lines[0]?.text).toBe("Wednesday, November 25, 2026");
});

test("a time that nobody can read is shown as it stands", () => {
  expect(invitation({ start: "soon" })?.lines[0]?.text).toBe("soon");
  expect(meeting(message(1, { context: { invitation: "x" } }), "en")).toBeNull();
});

test("mails inside are told by what they say of themselves", () => {
  expect(enclosed(message(1, { context: { forwarded: [{ from: "Luis", text: "Hola" }, null] } }))).toEqual([
    { who: "Luis", subject: "", text: "Hola" },
    { who: "", subject: "", text: "" },
  ]);
});

test("a mail goes on with a matter until it stands there, and surely when it answers it", () => {
  const topics = [{ id: "old" }, { id: "t" }] as Topic[];
  expect(kin(message(1, { context: { follows: "old" } }), topics)).toMatchObject({ topic: { id: "old" }, sure: true });
  expect(kin(message(1, { context: { resembles: "old" } }), topics)).toMatchObject({ sure: false });
  expect(kin(message(1, { topic: "old", context: { resembles: "old" } }), topics)).toBeNull();
  expect(kin(message(1, { context: { resembles: "gone" } }), topics)).toBeNull();
});
