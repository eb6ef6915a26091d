/** The words of administration in the language chosen now. They are apart from the others because only administrators fetch them. */
import { locale } from "../ui/words.ts";
import { m as w } from "./words/messages.js";
import { overwriteGetLocale } from "./words/runtime.js";

overwriteGetLocale(locale);

export { w };

type Sentence = (inputs: Record<string, unknown>) => string;
const all = w as unknown as Record<string, Sentence | undefined>;

/** The words of a code that the hub sends, or null when this console does not know the code yet. */
export function phrase(kind: string, code: string, inputs: Record<string, unknown> = {}): string | null {
  return all[`${kind}_${code}`]?.(inputs) ?? null;
}
