/** Sizes of files as people read them. */
import type { Locale } from "../live/types.ts";

export function bytes(size: number, locale: Locale): string {
  const number = (value: number, digits: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  if (size < 1_000) return `${number(size, 0)} B`;
  if (size < 1_000_000) return `${number(size / 1_000, size < 10_000 ? 1 : 0)} kB`;
  return `${number(size / 1_000_000, 1)} MB`;
}
