import { describe, expect, test } from "vitest";
import type { Message, Reach } from "../live/types.ts";
import { leavesIn } from "./fates.ts";

const AT = "2026-11-20T10:00:00.000Z";
const mail = { channel: { id: "mail" }, undo_s: 5 } as Reach;
const queued = { state: "queued", direction: "out", channel: { id: "mail" }, at: AT, send_at: null } as unknown as Message;
const now = Date.parse(AT) + 2_000;

describe("taking back", () => {
  test("is possible for as long as the channel waits before sending", () => {
    expect(leavesIn(queued, [mail], now)).toBe(3_000);
    expect(leavesIn(queued, [mail], now + 9_000)).toBe(0);
  });

  test("is possible until the time for which it was ordered", () => {
    expect(leavesIn({ ...queued, send_at: "2026-11-20T10:01:00.000Z" }, [mail], now)).toBe(58_000);
  });

  test("is not possible on a channel that sends at once, whatever the clocks say", () => {
    expect(leavesIn(queued, [{ ...mail, undo_s: 0 }], Date.parse(AT) - 3_000)).toBe(0);
  });

  test("is not possible once it is on its way", () => {
    expect(leavesIn({ ...queued, state: "sending" }, [mail], now)).toBe(0);
  });
});
