/** The words of the console in the language chosen now: components that use them change with it, without a reload. */
import { preferences } from "../state/preferences.svelte.ts";
import { m } from "../words/messages.js";
import { overwriteGetLocale } from "../words/runtime.js";

overwriteGetLocale(() => preferences.now.locale);

export { m };
export const locale = () => preferences.now.locale;

type Sentence = (inputs: Record<string, unknown>) => string;
const all = m as unknown as Record<string, Sentence | undefined>;

/** The sentence of a code that the hub sends (`reason_at_capacity`), or null when this console does not know the code yet. */
export function sentence(kind: string, code: string, inputs: Record<string, unknown> = {}): string | null {
  return all[`${kind}_${code}`]?.(inputs) ?? null;
}
