// The words of the chat in the visitor's language, and times, sizes and plurals as that language writes them.

import en from "./messages/en.json" with { type: "json" };
import es from "./messages/es.json" with { type: "json" };
import type { Locale } from "./options.ts";

export type Key = keyof typeof es;
type Values = Record<string, string | number>;

const WORDS: Record<Locale, Record<Key, string>> = { es, en };
const MINUTE_S = 60;

export class Words {
  readonly locale: Locale;
  readonly #all: Record<Key, string>;

  constructor(locale: Locale) {
    this.locale = locale;
    this.#all = WORDS[locale];
  }

  say(key: Key, values: Values = {}): string {
    return this.#all[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  ordinal(n: number): string {
    const rule = new Intl.PluralRules(this.locale, { type: "ordinal" }).select(n);
    return this.say(`ordinal_${rule as "one" | "two" | "few" | "other"}`, { n });
  }

  /** Expected wait, from seconds. */
  wait(seconds: number | null): string {
    if (seconds === null) return this.say("wait_unknown");
    if (seconds < MINUTE_S) return this.say("wait_soon");
    const n = Math.round(seconds / MINUTE_S);
    return this.say(new Intl.PluralRules(this.locale).select(n) === "one" ? "wait_one" : "wait_other", { n });
  }

  clock(at: Date): string {
    return at.toLocaleTimeString(this.locale, { hour: "numeric", minute: "2-digit" });
  }

  /** "Hoy", "Ayer", or the date. */
  day(at: Date, now: Date): string {
    const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
    if (days === 0) return this.say("today");
    if (days === 1) return this.say("yesterday");
    return at.toLocaleDateString(this.locale, { weekday: "long", day: "numeric", month: "long" });
  }

  /** When the house opens: "mañana a las 9:00", "el lunes a las 9:00". */
  opening(at: Date, now: Date): string {
    const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
    const relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    const day = days < 2 ? relative.format(Math.max(0, days), "day") : at.toLocaleDateString(this.locale, { weekday: "long" });
    const joint = this.locale === "es" ? (at.getHours() === 1 ? " a la " : " a las ") : " at ";
    return `${days < 2 ? "" : this.locale === "es" ? "el " : "on "}${day}${joint}${at.toLocaleTimeString(this.locale, { hour: "numeric", minute: "2-digit" })}`;
  }

  size(bytes: number): string {
    const [unit, per] = bytes < 1e6 ? (["kilobyte", 1e3] as const) : (["megabyte", 1e6] as const);
    const value = bytes / per;
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  }
}

function midnight(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}
