import { expect, test } from "vitest";
import type { Aside, AsideList } from "../live/types.ts";
import { Asides } from "./asides.svelte.ts";

const AT = "2026-11-20T10:00:00Z";
const aside = (id: string, change: Partial<Aside> = {}): Aside => ({
  id, topic: "t", root: "c", state: "waiting", at: AT, state_at: AT, by: { id: "ana", name: "Ana" }, subject: "Recambio", address: null, other: null, channel: null,
  colleagues: [], last: { id: "m", text: "¿Hay?", direction: "out", who: "Ana", at: AT, state: "sent", error: null }, messages: 1, heard: 0, ...change,
});
async function loaded(items: Aside[], read: Record<string, number> = {}): Promise<Asides> {
  const asides = new Asides();
  await asides.load({ get: async <T>() => ({ items, read }) satisfies AsideList as T }, "c");
  return asides;
}

test("they stand in the order in which they were begun, without what was taken back", async () => {
  const asides = await loaded([aside("b", { at: "2026-11-20T11:00:00Z" }), aside("a"), aside("x", { state: "canceled" })]);
  expect(asides.items.map(({ id }) => id)).toEqual(["a", "b"]);
  asides.put(aside("a", { state: "canceled" }));
  expect(asides.items.map(({ id }) => id)).toEqual(["b"]);
});

test("an answer is new until it was seen, and what was seen never becomes new again", async () => {
  const asides = await loaded([aside("a", { heard: 5 })], { a: 5 });
  expect(asides.unheard(asides.find("a")!)).toBe(false);
  asides.put(aside("a", { heard: 9, state: "answered" }));
  expect(asides.unheard(asides.find("a")!)).toBe(true);
  asides.seen("a", 9);
  asides.seen("a", 3);
  expect(asides.unheard(asides.find("a")!)).toBe(false);
});
