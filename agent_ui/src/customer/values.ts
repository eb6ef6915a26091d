/** Fields of the record as people read them, and as they are edited. Pure: the language is given. */
import type { Field, Locale } from "../live/types.ts";

export function shownValue({ kind, value }: Pick<Field, "kind" | "value">, locale: Locale, yesNo: [yes: string, no: string]): string {
  if (value === null || value === undefined || value === "") return "";
  if (kind === "yes_no") return value ? yesNo[0] : yesNo[1];
  if (kind === "number" && typeof value === "number") return new Intl.NumberFormat(locale).format(value);
  if (kind === "date" && typeof value === "string") return day(value, locale);
  return String(value);
}

/** The text in the field while it is edited. */
export function editedValue({ kind, value }: Pick<Field, "kind" | "value">): string {
  if (value === null || value === undefined) return "";
  return kind === "yes_no" ? (value ? "yes" : "no") : String(value);
}

/** What was typed, as the hub takes it; an empty field is nothing known. What is no number goes as it is, for the hub to say what is allowed. */
export function typedValue(kind: Field["kind"], text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (kind === "yes_no") return trimmed === "yes";
  if (kind !== "number") return trimmed;
  const number = Number(trimmed.replace(",", "."));
  return Number.isFinite(number) ? number : trimmed;
}

/** A language by its name in the reader's language: `español`, `Catalan`. */
export function languageName(code: string, locale: Locale): string {
  try {
    const name = new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
    return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
  } catch {
    return code;
  }
}

function day(value: string, locale: Locale): string {
  const date = new Date(`${value.slice(0, 10)}T12:00:00`);
  return Number.isNaN(date.getTime()) ? value : new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(date);
}
