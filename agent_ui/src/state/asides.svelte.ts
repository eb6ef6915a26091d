/** What is asked beside one customer's matters: fetched with the conversation, and kept by events. */
import type { Api } from "../live/api.ts";
import type { Aside, AsideList } from "../live/types.ts";

export class Asides {
  #all = $state.raw<ReadonlyMap<string, Aside>>(new Map());
  #read = $state.raw<Readonly<Record<string, number>>>({});
  #items = $derived([...this.#all.values()].filter((aside) => aside.state !== "canceled").sort((one, other) => one.at.localeCompare(other.at)));

  /** Oldest first; not what was taken back. */
  get items(): Aside[] {
    return this.#items;
  }

  find(id: string): Aside | undefined {
    return this.#all.get(id);
  }

  /** There is an answer that this agent has not seen. */
  unheard(aside: Aside): boolean {
    return aside.heard > (this.#read[aside.id] ?? 0);
  }

  /** Throws what the hub said. */
  async load(api: Pick<Api, "get">, customer: string): Promise<void> {
    const { items, read } = await api.get<AsideList>(`/customers/${customer}/asides`);
    this.#all = new Map(items.map((aside) => [aside.id, aside]));
    this.#read = read;
  }

  /** Takes one as the hub told it. */
  put(aside: Aside): void {
    this.#all = new Map([...this.#all, [aside.id, aside]]);
  }

  /** This agent has seen what was said up to this number. */
  seen(id: string, number: number): void {
    this.#read = { ...this.#read, [id]: Math.max(number, this.#read[id] ?? 0) };
  }
}
