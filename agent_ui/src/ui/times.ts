/** Times as people read them. Durations carry a unit, clock times do not. Pure: the language and the present are given. */
import type { Locale } from "../live/types.ts";

const DAY_S = 86_400;

/** A timer that runs: `0:07`, `12:40`, `1:42:08`. Seconds below zero show as zero. */
export function timer(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** What is left, short enough for a ring: seconds to 99, then `9:59`, from ten minutes on `10 min` (rounded up: nobody is told more haste than there is). */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 100) return String(whole);
  return whole < 600 ? timer(whole) : `${Math.ceil(whole / 60)} min`;
}

/** How long, in one or two figures with their unit: `40 s`, `4 min`, `2 h 06`, `3 d`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < DAY_S) return `${Math.floor(whole / 3600)} h ${String(Math.floor(whole / 60) % 60).padStart(2, "0")}`;
  return `${Math.floor(whole / DAY_S)} d`;
}

/** The clock time of today, `ayer`, or the day: `10:12`, `ayer`, `17 nov`, `17 nov 2024`. */
export function moment(at: Date, now: Date, locale: Locale): string {
  const days = daysBetween(at, now);
  if (days === 0) return clockTime(at, locale);
  if (days === 1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-1, "day");
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...year }).format(at);
}

/** A moment that is still to come: `18:00`, `mañana, 9:00`, `lun 23, 12:00`. */
export function due(at: Date, now: Date, locale: Locale): string {
  const days = -daysBetween(at, now);
  const time = clockTime(at, locale);
  if (days === 0) return time;
  if (Math.abs(days) === 1) return `${new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day")}, ${time}`;
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  const form = days > 1 && days < 7 ? ({ weekday: "short", day: "numeric" } as const) : ({ day: "numeric", month: "short", ...year } as const);
  return `${new Intl.DateTimeFormat(locale, form).format(at)}, ${time}`;
}

/** The heading of a day: `viernes, 20 de noviembre`, with the year when it is not this one. */
export function dayHeading(at: Date, now: Date, locale: Locale): string {
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", ...year }).format(at);
}

/** The exact moment, for hovering. */
export function exact(at: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "medium" }).format(at);
}

/** A moment in a sentence: `29 de noviembre de 2026 a las 7:30`. */
export function spelled(at: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(at);
}

export function clockTime(at: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** Days by the calendar from one moment to a later one (negative when it is to come). */
export function daysBetween(at: Date, now: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now) - midnight(at)) / (DAY_S * 1000));
}

/** A time to come: "lunes, 23 nov, 9:00". */
export function whenSent(time: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(time);
}
