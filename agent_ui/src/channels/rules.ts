/** The queue rules as a list that people put in order. Pure. */
import type { RuleInput, RuleView } from "./hub.ts";

/** The same with one taken from its place to another; a place outside of the list is its nearest end. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const item = items[from];
  if (item === undefined) return [...items];
  return items.toSpliced(from, 1).toSpliced(Math.max(0, Math.min(to, items.length - 1)), 0, item);
}

/** Words as they are typed, one a comma or line, and back. */
export const wordsOf = (text: string) => text.split(/[,\n]/u).map((word) => word.trim()).filter(Boolean);
export const textOf = (words: readonly string[]) => words.join(", ");

/** Nothing but its queue: it takes whatever reaches it. */
export function takesAll(rule: Pick<RuleInput, "channel" | "address" | "language" | "words">): boolean {
  return !rule.channel && !rule.address && !rule.language && !rule.words?.length;
}

/** What the hub said of one line, by field: `items[2].address` → `address` of line 2. */
export function problemsOf(fields: Readonly<Record<string, string>>, line: number): Record<string, string> {
  const start = `items[${line}].`;
  return Object.fromEntries(Object.entries(fields).flatMap(([name, said]) => (name.startsWith(start) ? [[name.slice(start.length), said]] : [])));
}

/** A rule as the hub takes it. */
export const asInput = ({ id, queue, channel, address, language, words }: RuleView): RuleInput => ({ id: id || null, queue, channel, address, language, words });
