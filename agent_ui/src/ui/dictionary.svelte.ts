/** Words in the language chosen. Each language is a file of its own that is fetched when it is spoken, so nobody waits for the others. */
import type { Locale } from "../live/types.ts";

type Languages = Record<Locale, () => Promise<object>>;

const dictionaries = new Set<Dictionary<object>>();
let spoken = $state<Locale>("es");

/** The language that is spoken now; what has used it is drawn anew when it changes. */
export const locale = (): Locale => spoken;

/** `words` looks like one language's sentences and is always those of the language spoken. */
export class Dictionary<Words extends object> {
  #now = $state.raw<object>({});
  readonly words = new Proxy({} as Words, { get: (_, name) => Reflect.get(this.#now, name) });

  constructor(private readonly languages: Languages) {}

  /** Fetches the language that is spoken; from then on it follows. Raises what `import` raises without a connection. */
  async open(): Promise<void> {
    this.use(await this.fetch(spoken));
    dictionaries.add(this);
  }

  fetch(wanted: Locale): Promise<object> {
    return this.languages[wanted]();
  }

  use(words: object): void {
    this.#now = words;
  }
}

/** Changes the language of all that is open, at one stroke. Without a connection everything stays as it is, and it raises. */
export async function speak(wanted: Locale): Promise<void> {
  const all = [...dictionaries];
  const fetched = await Promise.all(all.map((one) => one.fetch(wanted)));
  spoken = wanted;
  all.forEach((one, index) => one.use(fetched[index] ?? {}));
}
