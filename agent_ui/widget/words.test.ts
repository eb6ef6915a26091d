import assert from "node:assert/strict";
import { test } from "node:test";
import en from "./messages/en.json" with { type: "json" };
import es from "./messages/es.json" with { type: "json" };
import { Words } from "./words.ts";

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

test("both languages have the same keys and the same places to fill", () => {
  assert.deepEqual(Object.keys(en), Object.keys(es));
  for (const key of Object.keys(es) as (keyof typeof es)[]) assert.deepEqual(holes(en[key]), holes(es[key]), key);
});

test("positions are written as each language writes them", () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((n) => new Words("es").ordinal(n)),
    ["1.ª", "2.ª", "3.ª", "4.ª"],
  );
  assert.deepEqual(
    [1, 2, 3, 4, 21].map((n) => new Words("en").ordinal(n)),
    ["1st", "2nd", "3rd", "4th", "21st"],
  );
});

test("a wait is told in minutes, and never invented", () => {
  assert.equal(new Words("es").wait(180), "Unos 3 minutos");
  assert.equal(new Words("es").wait(65), "Alrededor de 1 minuto");
  assert.equal(new Words("en").wait(20), "Less than a minute");
  assert.equal(new Words("en").wait(null), "We answer in order");
});

test("opening hours are told relative to today", () => {
  const now = new Date(2026, 10, 20, 21, 0);
  assert.equal(new Words("es").opening(new Date(2026, 10, 21, 9, 0), now), "mañana a las 9:00");
  assert.equal(new Words("es").opening(new Date(2026, 10, 23, 9, 0), now), "el lunes a las 9:00");
  assert.match(new Words("en").opening(new Date(2026, 10, 21, 9, 0), now), /^tomorrow at 9:00\sAM$/);
});

test("days are named from today backwards, across midnight", () => {
  const now = new Date(2026, 10, 20, 0, 5);
  assert.equal(new Words("es").day(new Date(2026, 10, 20, 0, 1), now), "Hoy");
  assert.equal(new Words("es").day(new Date(2026, 10, 19, 23, 59), now), "Ayer");
  assert.equal(new Words("en").day(new Date(2026, 10, 17), now), "Tuesday, November 17");
});
