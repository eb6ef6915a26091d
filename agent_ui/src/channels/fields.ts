/** A connector's form as data: which fields are shown, what stands in them, and what of them is sent. Pure. */
import type { FieldView } from "./hub.ts";

export type Value = string | boolean;
export type Values = Readonly<Record<string, Value>>;

/** What stands in the fields at first: what is set, else what is usual. Secrets are never known here. */
export function initial(fields: readonly FieldView[], settings: Readonly<Record<string, unknown>> = {}): Values {
  return Object.fromEntries(fields.map((field) => [field.name, start(field, settings[field.name])]));
}

function start(field: FieldView, set: unknown): Value {
  if (field.kind === "switch") return (set ?? field.default) === true;
  const value = field.secret ? "" : (set ?? field.default ?? (field.required && field.kind === "choice" ? field.choices[0] : ""));
  return String(value);
}

/** Whether the field means anything with the values of the others. */
export function isShown(field: FieldView, values: Values): boolean {
  const [other, wanted] = field.shown_if ?? [];
  return other === undefined || (wanted ?? "").split("|").includes(String(values[other]));
}

/** What is sent to set a channel up: what is filled in, and nothing of what is hidden. */
export function filled(fields: readonly FieldView[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields.filter((field) => isShown(field, values) && values[field.name] !== "").map((field) => [field.name, sent(field, values[field.name] ?? "")]),
  );
}

/** What is sent to change a channel: what differs; null takes a field back to what is usual. */
export function changes(fields: readonly FieldView[], before: Values, values: Values): Record<string, unknown> {
  const changed = fields.filter((field) => isShown(field, values) && values[field.name] !== before[field.name]);
  return Object.fromEntries(changed.map((field) => [field.name, values[field.name] === "" ? null : sent(field, values[field.name] ?? "")]));
}

/** A number that is none is sent as it was written: the hub says what is wrong with it. */
function sent(field: FieldView, value: Value): unknown {
  if (typeof value === "boolean") return value;
  const text = field.shape === "lines" ? value : value.trim();
  return field.kind === "number" && /^-?\d+$/u.test(text) ? Number(text) : text;
}

export interface Group {
  name: string;
  fields: FieldView[];
}

/** The fields in their groups, each group where its first field stands; those without a group come first. */
export function groups(fields: readonly FieldView[]): Group[] {
  const found = new Map<string, FieldView[]>([["", []]]);
  for (const field of fields) found.set(field.group, [...(found.get(field.group) ?? []), field]);
  return [...found].map(([name, members]) => ({ name, fields: members })).filter((group) => group.fields.length > 0);
}
