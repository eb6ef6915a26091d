import { beforeEach, expect, test, vi } from "vitest";
import { Typist } from "./typist.ts";

beforeEach(() => void vi.useFakeTimers());

test("writing is told at the first key and then every three seconds", () => {
  const tell = vi.fn();
  const typist = new Typist(tell);
  for (let key = 0; key < 40; key += 1) {
    typist.typed(true);
    vi.advanceTimersByTime(100);
  }
  expect(tell.mock.calls).toEqual([[true], [true]]);
});

test("the end is told when the keys rest, and at once when the text is empty", () => {
  const tell = vi.fn();
  const typist = new Typist(tell);
  typist.typed(true);
  vi.advanceTimersByTime(6_000);
  typist.typed(true);
  typist.typed(false);
  typist.stop();
  expect(tell.mock.calls).toEqual([[true], [false], [true], [false]]);
});
