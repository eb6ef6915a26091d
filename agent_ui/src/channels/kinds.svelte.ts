/** What the pages of administration need more than once: the kinds of channel with their forms, and the queues. */
import { desk } from "../state/desk.svelte.ts";
import type { Named, Page } from "../live/types.ts";
import type { ConnectorView } from "./hub.ts";

/** A list that is fetched when it is needed first; `error` says why it is not here. */
class Fetched<T extends { id: string }> {
  #items = $state.raw<T[] | null>(null);
  #error = $state.raw<unknown>(null);
  #coming: Promise<void> | null = null;

  constructor(private readonly path: string) {}

  get items(): readonly T[] {
    return this.#items ?? [];
  }

  get here(): boolean {
    return this.#items !== null;
  }

  get error(): unknown {
    return this.#error;
  }

  find(id: string): T | undefined {
    return this.#items?.find((one) => one.id === id);
  }

  load(): Promise<void> {
    return (this.#coming ??= this.#fetch());
  }

  async #fetch(): Promise<void> {
    this.#error = null;
    try {
      this.#items = (await desk.api.get<Page<T>>(this.path)).items;
    } catch (error) {
      this.#error = error;
      this.#coming = null;
    }
  }
}

export const kinds = new Fetched<ConnectorView>("/connectors");
export const queues = new Fetched<Named>("/queues");
