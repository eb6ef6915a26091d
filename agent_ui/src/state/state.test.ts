import { describe, expect, test } from "vitest";
import type { Status } from "../live/types.ts";
import { Inbox } from "./inbox.svelte.ts";
import { happens, work } from "./samples.ts";
import { changed } from "./status.svelte.ts";


function inbox() {
  const state = new Inbox({ get: async <T,>() => ({ items: [], next: null }) as T }, () => "me");
  state.reset([work("a"), work("b", { turn: "customer" })], []);
  return state;
}
const ids = (state: Inbox) => state.mine.map(({ id }) => id);

describe("my inbox", () => {
  test("has my work only", () => {
    const state = inbox();
    state.apply(happens("work.changed", work("c", { agent: { id: "other", name: "Luis" } })));
    expect(ids(state)).toEqual(["a", "b"]);
  });
  test("loses what was closed, given away or put back", () => {
    for (const change of [{ state: "completed" }, { agent: { id: "other", name: "Luis" } }, { state: "queued", agent: null }]) {
      const state = inbox();
      state.apply(happens("work.changed", work("a", change)));
      expect(ids(state)).toEqual(["b"]);
    }
  });
  test("counts what waits for me", () => expect(inbox().myTurn).toBe(1));
  test("forgets the count of unread once it is read", () => {
    const state = inbox();
    state.apply(happens("work.changed", work("a", { unread: 2 })));
    state.read("customer-a");
    expect(state.find("a")?.unread).toBe(0);
  });
});

describe("the queues", () => {
  /** A hub that has so much work waiting, and remembers what it was asked. */
  function queues(size: number) {
    const asked: string[] = [];
    const all = Array.from({ length: size }, (_, index) => work(String(index).padStart(4, "0"), { state: "queued", agent: null }));
    const get = async <T,>(_path: string, query: Record<string, unknown> = {}): Promise<T> => {
      asked.push(String(query["after"] ?? "first"));
      const from = all.findIndex(({ id }) => id > String(query["after"] ?? ""));
      const items = from < 0 ? [] : all.slice(from, from + Number(query["limit"]));
      return { items, next: from + items.length < size ? items.at(-1)?.id : null } as T;
    };
    return { state: new Inbox({ get }, () => "me"), asked };
  }

  test("come page by page", async () => {
    const { state, asked } = queues(250);
    await state.open("queues");
    expect([state.shown.length, state.more]).toEqual([100, true]);
    await state.loadMore();
    await state.loadMore();
    await state.loadMore();
    expect([state.shown.length, state.more, asked]).toEqual([250, false, ["first", "0099", "0199"]]);
  });
  test("fetched anew reach as far as before", async () => {
    const { state } = queues(250);
    await state.open("queues");
    await state.loadMore();
    await state.load();
    expect([state.shown.length, state.more]).toEqual([200, true]);
  });
  test("keep what was told while the page was on its way", async () => {
    const { state } = queues(2);
    const opening = state.open("queues");
    state.apply(happens("work.changed", work("0000", { state: "assigned", agent: { id: "other", name: "Luis" } })));
    state.apply(happens("work.changed", work("0002", { state: "queued", agent: null })));
    await opening;
    expect(state.shown.map(({ id }) => id)).toEqual(["0001", "0002"]);
  });
  test("leave to its page what lies beyond the last one", async () => {
    const { state } = queues(250);
    await state.open("queues");
    state.apply(happens("work.changed", work("0180", { state: "queued", agent: null })));
    state.apply(happens("work.changed", work("0050", { state: "queued", agent: null, unread: 3 })));
    expect([state.shown.length, state.find("0050")?.unread]).toEqual([100, 3]);
  });
});

test("a change of status shows at once", () => {
  const before: Status = { activity: "available", since: "2026-11-20T10:00:00Z", routing_status: "idle", units: { used: 0, max: 5 }, channels: [{ kind: "chat", on: true, items: 0, max: 3 }], after_work: null };
  expect(changed(before, { channels: { chat: false } }).channels[0]?.on).toBe(false);
  expect(changed(before, { channels: { chat: false } }).since).toBe(before.since);
  expect(changed(before, { activity: "break" }).activity).toBe("break");
});
