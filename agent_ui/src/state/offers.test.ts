import { expect, test } from "vitest";
import { Refused, Unreachable } from "../live/api.ts";
import { Offers } from "./offers.svelte.ts";
import { happens, offer, work } from "./samples.ts";


function offers(answer: () => unknown = () => ({ work: work("w") })) {
  const told: string[] = [];
  const post = async <T,>(): Promise<T> => answer() as T;
  const state = new Offers({ post }, {
    arrived: ({ id }) => told.push(`arrived ${id}`),
    ended: ({ id }, { outcome }) => told.push(`ended ${id} ${outcome}`),
    accepted: ({ id }) => told.push(`accepted ${id}`),
  });
  return { state, told };
}

test("the nearest deadline is on top", () => {
  const { state } = offers();
  state.reset([offer("late", { expires_at: "2026-11-20T10:01:00Z" }), offer("soon")]);
  expect(state.items.map(({ id }) => id)).toEqual(["soon", "late"]);
});

test("the same offer told twice rings once", () => {
  const { state, told } = offers();
  state.apply(happens("offer.created", offer("a")));
  state.apply(happens("offer.created", offer("a")));
  expect(told).toEqual(["arrived a"]);
});

test("an accepted offer goes, and its work is handed over", async () => {
  const { state, told } = offers();
  state.reset([offer("a")]);
  await state.accept("a");
  expect(state.items).toEqual([]);
  expect(told).toEqual(["arrived a", "accepted w"]);
});

test("an offer that somebody else took meanwhile says so", async () => {
  const { state, told } = offers(() => {
    throw new Refused(409, "offer_ended", "", {}, null, null);
  });
  state.reset([offer("a")]);
  await state.accept("a");
  expect(told).toEqual(["arrived a", "ended a rescinded"]);
});

test("an offer stays when the hub cannot be reached, to be pressed again", async () => {
  const { state } = offers(() => {
    throw new Unreachable("cut");
  });
  state.reset([offer("a")]);
  await expect(state.accept("a")).rejects.toThrow(Unreachable);
  expect(state.items.map(({ id }) => id)).toEqual(["a"]);
  expect(state.busy("a")).toBe(false);
});

test("an offer that ran out leaves and is told once", () => {
  const { state, told } = offers();
  state.reset([offer("a")]);
  for (let twice = 0; twice < 2; twice += 1) state.apply(happens("offer.ended", { id: "a", work: "w", outcome: "timed_out", by: null }));
  expect(state.items).toEqual([]);
  expect(told).toEqual(["arrived a", "ended a timed_out"]);
});
