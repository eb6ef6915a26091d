/** Opening hours while somebody writes them. Pure. */
import type { Answers, OpeningHours, Stretch } from "../hub.ts";

export type Draft = Pick<Answers, "acknowledges" | "tells_closed" | "kinds" | "hours" | "texts">;

const DAY: Stretch = { opens: "09:00", closes: "18:00" };
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];

/** Weekdays from nine to six, in the zone of whoever sits here. */
export const usualHours = (zone: string): OpeningHours => ({ zone, week: WEEKDAYS.map((day) => (day < 5 ? [{ ...DAY }] : [])), days: [] });

/** The zone of whoever sits here; a machine that has none keeps Madrid's. */
export function ownZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone?.includes("/") ? zone : "Europe/Madrid";
}

/** The name of a weekday, Monday first. */
export const dayName = (day: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));

/** One stretch more: after the last one of the day, an hour later, as far as the day reaches. */
export function another(stretches: readonly Stretch[]): Stretch[] {
  const last = stretches.at(-1);
  if (!last) return [{ ...DAY }];
  const hour = Math.min(22, (Number(last.closes.slice(0, 2)) || 22) + 1);
  return [...stretches, { opens: `${String(hour).padStart(2, "0")}:00`, closes: `${String(Math.min(23, hour + 3)).padStart(2, "0")}:00` }];
}

/** The same hours on all days of the week that have any. */
export const likeFirst = (week: readonly Stretch[][]): Stretch[][] =>
  week.map((stretches, day) => (day && stretches.length ? (week[0] ?? []).map((one) => ({ ...one })) : stretches));

export const draftOf = ({ acknowledges, tells_closed, kinds, hours, texts }: Answers): Draft => structuredClone({ acknowledges, tells_closed, kinds, hours, texts });

/** What of a draft is wrong, by what the hub named: `monday`, `hours.days.2`, `texts.0.closed`. */
export type Place = { what: "hours" | "zone" | "text" } | { what: "day"; day: number } | { what: "date"; at: number };
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

export function placeOf(field: string): Place {
  const date = /^hours\.days\.(\d+)/u.exec(field);
  if (date) return { what: "date", at: Number(date[1]) };
  if (DAYS.includes(field)) return { what: "day", day: DAYS.indexOf(field) };
  if (field === "hours.zone") return { what: "zone" };
  return { what: field.startsWith("texts") ? "text" : "hours" };
}
