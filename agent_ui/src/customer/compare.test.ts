import { expect, test } from "vitest";
import type { Customer } from "../live/types.ts";
import { compare } from "./compare.ts";

const AT = "2026-11-20T10:00:00.000Z";
const label = { es: "Dirección", en: "Address" };

function customer(name: string, change: Partial<Customer> = {}): Customer {
  return {
    id: name, name, created_at: AT, locale: null, fields: [], tags: [], identities: [], claims: [], suggestions: [], joins: [], topics: [], commitments: [], reach: [],
    figures: { messages: 0, topics: 0, first_at: null, last_at: null, preferred_channel: null }, ...change,
  };
}
const email = (value: string) => ({ kind: "email", value, at: AT });
const compared = (left: Customer, right: Customer) => compare(left, right, (field) => String(field.value ?? ""), () => "");

test("names that differ by accents only are the same", () => {
  expect(compared(customer("Lucía Ferrer"), customer("lucia ferrer"))[0]).toMatchObject({ what: { word: "name" }, same: true });
});

test("an address that one has and the other claims is the same", () => {
  const [, line] = compared(customer("a", { claims: [email("x@y.es"), email("z@y.es")] }), customer("b", { claims: [email("x@y.es")] }));
  expect(line).toEqual({ what: { kind: "email" }, left: "x@y.es, z@y.es", right: "x@y.es", same: true });
});

test("what only one says is shown and is not the same", () => {
  const field = { id: "address", label, kind: "text" as const, value: "Alfar 12" };
  const lines = compared(customer("a", { fields: [field] }), customer("b", { fields: [{ ...field, value: null }] }));
  expect(lines.find(({ what }) => "field" in what)).toEqual({ what: { field: label }, left: "Alfar 12", right: "", same: false });
});

test("what neither says takes no room", () => {
  expect(compared(customer("a"), customer("b")).map(({ what }) => what)).toEqual([{ word: "name" }]);
});
