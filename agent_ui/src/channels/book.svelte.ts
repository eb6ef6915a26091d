/** The queue rules while somebody puts them in order: each change is with the hub at once, and taken back when the hub says no. */
import { desk } from "../state/desk.svelte.ts";
import type { RuleInput, RuleList, RuleView } from "./hub.ts";
import { asInput, moved } from "./rules.ts";

export class RuleBook {
  #items = $state.raw<RuleView[] | null>(null);
  #error = $state.raw<unknown>(null);
  #going = $state(false);
  #turn: Promise<void> = Promise.resolve();

  get items(): readonly RuleView[] | null {
    return this.#items;
  }

  get error(): unknown {
    return this.#error;
  }

  get going(): boolean {
    return this.#going;
  }

  async load(): Promise<void> {
    try {
      this.#items = (await desk.api.get<RuleList>("/queue-rules")).items;
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  /** These throw what the hub said; then the list is as it was. */
  move = (from: number, to: number) => this.#write((now) => moved(now, from, to));
  remove = (at: number) => this.#write((now) => now.toSpliced(at, 1));
  insert = (at: number, rule: RuleView) => this.#write((now) => now.toSpliced(at, 0, rule));

  /** Puts a rule in the place of the one at `at`, or at the end. */
  put(at: number | null, rule: RuleInput): Promise<void> {
    const view: RuleView = { id: rule.id ?? "", queue: rule.queue, channel: rule.channel ?? null, address: rule.address ?? null, language: rule.language ?? null, words: rule.words ?? [] };
    return this.#write((now) => (at === null ? [...now, view] : now.toSpliced(at, 1, view)));
  }

  /** One after the other, each on what the one before has left. */
  #write(change: (now: readonly RuleView[]) => RuleView[]): Promise<void> {
    const turn = this.#turn.then(() => this.#put(change(this.#items ?? [])));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #put(items: RuleView[]): Promise<void> {
    const before = this.#items;
    [this.#items, this.#going] = [items, true];
    try {
      this.#items = (await desk.api.put<RuleList>("/queue-rules", { items: items.map(asInput) })).items;
    } catch (error) {
      this.#items = before;
      throw error;
    } finally {
      this.#going = false;
    }
  }
}
