/** The words of administration in the language spoken now. They are apart from the others because only administrators fetch them. */
import { Dictionary } from "../ui/dictionary.svelte.ts";
import type { m as all } from "./words/messages.js";

export const dictionary = new Dictionary<typeof all>({
  en: () => import("./words/messages/en.js"),
  es: () => import("./words/messages/es.js"),
});

export const w = dictionary.words;

type Sentence = (inputs: Record<string, unknown>) => string;
const byName = w as unknown as Record<string, Sentence | undefined>;

/** The words of a code that the hub sends, or null when this console does not know the code yet. */
export function phrase(kind: string, code: string, inputs: Record<string, unknown> = {}): string | null {
  return byName[`${kind}_${code}`]?.(inputs) ?? null;
}
