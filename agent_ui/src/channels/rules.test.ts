import { expect, test } from "vitest";
import { moved, problemsOf, takesAll, textOf, wordsOf } from "./rules.ts";

test.each([
  [0, 2, ["b", "c", "a"]],
  [2, 0, ["c", "a", "b"]],
  [1, 9, ["a", "c", "b"]],
  [1, -4, ["b", "a", "c"]],
  [7, 0, ["a", "b", "c"]],
])("the rule at %i goes to %i", (from, to, order) => expect(moved(["a", "b", "c"], from, to)).toEqual(order));

test("words are typed with commas or one a line", () => {
  expect(wordsOf(" factura, pago\nrecibo ,, ")).toEqual(["factura", "pago", "recibo"]);
  expect(textOf(["factura", "pago"])).toBe("factura, pago");
});
test("a rule without a condition takes all", () => {
  expect(takesAll({ channel: null, address: null, language: null, words: [] })).toBe(true);
  expect(takesAll({ channel: null, address: "*@a.example", language: null, words: [] })).toBe(false);
});
test("what is wrong with a line is told at its fields", () => {
  expect(problemsOf({ "items[1].address": "odd", "items[10].queue": "none", "items[1].words": "many" }, 1)).toEqual({ address: "odd", words: "many" });
});
