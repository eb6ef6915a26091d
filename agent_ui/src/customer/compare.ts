/** Two records side by side: what each says, and where they say the same. Pure. */
import type { Customer, Labels } from "../live/types.ts";

export interface Line {
  /** `name`, the kind of an identity (`email`), or a field of the company. */
  what: { word: "name" | "language" | "since" } | { kind: string } | { field: Labels };
  left: string;
  right: string;
  same: boolean;
}

/** Lines where at least one of the two says something. `shown` makes a field's value readable. */
export function compare(left: Customer, right: Customer, shown: (field: Customer["fields"][number]) => string, day: (at: string) => string): Line[] {
  const kinds = [...new Set([...addresses(left), ...addresses(right)].map(({ kind }) => kind))];
  const lines: Line[] = [
    line({ word: "name" }, left.name, right.name),
    ...kinds.map((kind) => line({ kind }, ofKind(left, kind), ofKind(right, kind), shares(left, right, kind))),
    ...left.fields.map((field) => line({ field: field.label }, shown(field), shownOf(right, field.id, shown))),
    line({ word: "language" }, left.locale ?? "", right.locale ?? ""),
    line({ word: "since" }, day(left.created_at), day(right.created_at), false),
  ];
  return lines.filter(({ left, right }) => left || right);
}

function line(what: Line["what"], left: string, right: string, same = plain(left) === plain(right)): Line {
  return { what, left, right, same: same && left !== "" && right !== "" };
}

/** Not the visitor's number, which says nothing, nor a name that was said: names have a line of their own. */
function addresses({ identities, claims }: Customer): { kind: string; value: string }[] {
  return [...identities, ...claims].filter(({ kind }) => kind !== "visitor" && kind !== "name");
}

function values(customer: Customer, kind: string): string[] {
  return [...new Set(addresses(customer).filter((one) => one.kind === kind).map(({ value }) => value))];
}

function ofKind(customer: Customer, kind: string): string {
  return values(customer, kind).join(", ");
}

function shares(left: Customer, right: Customer, kind: string): boolean {
  const theirs = new Set(values(right, kind));
  return values(left, kind).some((value) => theirs.has(value));
}

function shownOf(customer: Customer, id: string, shown: (field: Customer["fields"][number]) => string): string {
  const field = customer.fields.find((one) => one.id === id);
  return field ? shown(field) : "";
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
}
