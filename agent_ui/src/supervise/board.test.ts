import { expect, test } from "vitest";
import type { Colleague } from "../live/types.ts";
import { happens, work } from "../state/samples.ts";
import { Board } from "./board.svelte.ts";

const ana: Colleague = { id: "ana", name: "Ana", role: "agent", routing_status: "idle", activity: "available", free_units: 5 };

async function board() {
  const state = new Board({ get: async <T,>(path: string) => ({ items: path === "/agents" ? [ana] : [work("a", { state: "queued" })], next: null }) as T });
  await state.load();
  return state;
}
const ids = (state: Board) => state.waiting.map(({ id }) => id);

test("new waiting work appears, the oldest on top", async () => {
  const state = await board();
  state.apply(happens("work.changed", work("older", { state: "offered", first_queued_at: "2026-11-20T09:00:00Z" })));
  expect(ids(state)).toEqual(["older", "a"]);
});

test("work that somebody took leaves the board", async () => {
  const state = await board();
  state.apply(happens("work.changed", work("a", { state: "assigned" })));
  expect(ids(state)).toEqual([]);
});

test("an agent's status and room follow at once", async () => {
  const state = await board();
  state.apply(happens("status.changed", { agent: "ana", activity: "break", routing_status: "off", units: { used: 3, max: 5 } }));
  expect(state.agents).toEqual([{ ...ana, activity: "break", routing_status: "off", free_units: 2 }]);
});

test("an event that overtakes the fetch is not undone by it", async () => {
  let answer: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => (answer = resolve));
  const state = new Board({ get: async <T,>(path: string) => (await wait, { items: path === "/agents" ? [ana] : [work("a", { state: "queued" })], next: null }) as T });
  const loading = state.load();
  state.apply(happens("work.changed", work("a", { state: "assigned" })));
  answer();
  await loading;
  expect(ids(state)).toEqual([]);
});
