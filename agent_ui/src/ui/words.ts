/** The words of the console in the language spoken now: components that use them change with it, without a reload. */
import type { m as all } from "../words/messages.js";
import { Dictionary } from "./dictionary.svelte.ts";

export { locale, speak } from "./dictionary.svelte.ts";

export const dictionary = new Dictionary<typeof all>({
  en: () => import("../words/messages/en.js"),
  es: () => import("../words/messages/es.js"),
});

export const m = dictionary.words;

type Sentence = (inputs: Record<string, unknown>) => string;
const byName = m as unknown as Record<string, Sentence | undefined>;

/** The sentence of a code that the hub sends (`reason_at_capacity`), or null when this console does not know the code yet. */
export function sentence(kind: string, code: string, inputs: Record<string, unknown> = {}): string | null {
  return byName[`${kind}_${code}`]?.(inputs) ?? null;
}
