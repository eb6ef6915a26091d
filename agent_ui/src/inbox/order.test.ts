import { describe, expect, test } from "vitest";
import { work } from "../state/samples.ts";
import { inOrderOfArrival, inTurnOrder, type Group } from "./order.ts";
import { held } from "./steady.svelte.ts";
import { nextWorkday } from "./workday.ts";

const ids = (groups: Group[]) => groups.map((group) => `${group.turn}: ${group.work.map((item) => item.id).join(" ")}`);

describe("the list", () => {
  test("has my turn before the customer's", () => {
    expect(ids(inTurnOrder([work("a", { turn: "customer" }), work("b")]))).toEqual(["agent: b", "customer: a"]);
  });
  test("has what falls due first on top, then what waits longest", () => {
    const late = work("late", { due_at: "2026-11-20T11:00:00Z" });
    const soon = work("soon", { due_at: "2026-11-20T10:50:00Z" });
    const old = work("old", { turn_since: "2026-11-20T08:00:00Z" });
    const young = work("young", { turn_since: "2026-11-20T10:00:00Z" });
    expect(ids(inTurnOrder([young, late, old, soon]))).toEqual(["agent: soon late old young"]);
  });
  test("has a wrap-up whose time runs before all else", () => {
    const wrap = work("wrap", { state: "wrapping", wrap_until: "2026-11-20T12:00:00Z" });
    expect(ids(inTurnOrder([work("due", { due_at: "2026-11-20T10:50:00Z" }), wrap]))).toEqual(["agent: wrap due"]);
  });
  test("of the queues is one group, the oldest first, whosever turn it is", () => {
    const old = work("old", { first_queued_at: "2026-11-20T08:00:00Z", turn: "customer" });
    expect(ids(inOrderOfArrival([work("young"), old]))).toEqual(["agent: old young"]);
  });
  test("shows no group without rows", () => expect(inTurnOrder([])).toEqual([]));
});

describe("while the pointer is in the list", () => {
  const shown: Group[] = [{ turn: "agent", work: [work("a"), work("b"), work("c")] }];
  test("rows keep their place when the order changes", () => {
    expect(ids(held(shown, [{ turn: "agent", work: [work("c"), work("a"), work("b")] }]))).toEqual(["agent: a b c"]);
  });
  test("a row shows what is new in it without moving", () => {
    const group = held(shown, [{ turn: "agent", work: [work("b", { unread: 3 }), work("a"), work("c")] }])[0];
    expect(group?.work[1]?.unread).toBe(3);
  });
  test("a row that changes its group stays where it was", () => {
    expect(ids(held(shown, [{ turn: "agent", work: [work("a"), work("c")] }, { turn: "customer", work: [work("b", { turn: "customer" })] }]))).toEqual(["agent: a b c"]);
  });
  test("a new row comes at the end, and one that left keeps its room", () => {
    expect(ids(held(shown, [{ turn: "agent", work: [work("new"), work("a"), work("c")] }]))).toEqual(["agent: a b c new"]);
  });
});

test.each([["2026-11-20", "2026-11-23T12:00"], ["2026-11-23", "2026-11-24T12:00"]])("a promise made on %s falls due on %s", (day, at) => {
  expect(nextWorkday(new Date(`${day}T15:30:00`))).toBe(at);
});
