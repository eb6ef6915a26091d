/** Where colleagues mentioned this agent: fetched at the beginning and after a break, and kept by events. */
import type { Api } from "../live/api.ts";
import type { HubEvent, Mention, Page } from "../live/types.ts";

export class Mentions {
  #items = $state.raw<Mention[]>([]);
  #error = $state.raw<unknown>(null);
  #loaded = $state(false);

  constructor(private readonly api: Pick<Api, "get">, private readonly me: () => string) {}

  /** The newest first. */
  get items(): readonly Mention[] {
    return this.#items;
  }

  get unread(): number {
    return this.#items.filter((one) => one.unread).length;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get error(): unknown {
    return this.#error;
  }

  async load(): Promise<void> {
    try {
      this.#items = (await this.api.get<Page<Mention>>("/mentions")).items;
      [this.#loaded, this.#error] = [true, null];
    } catch (error) {
      this.#error = error;
    }
  }

  apply({ type, data }: HubEvent): void {
    if (type !== "message.created" || !data.mentions?.includes(this.me()) || data.author.id === this.me()) return;
    if (this.#items.some((one) => one.message === data.id)) return;
    const author = data.author.id ? { id: data.author.id, name: data.author.name } : null;
    const { id: message, number, at, text } = data;
    this.#items = [{ message, number, at, text, customer: { id: data.root, name: data.customer_name }, author, unread: true }, ...this.#items];
  }

  /** The agent has read that conversation to this number. */
  read(customer: string, number: number): void {
    if (!this.#items.some((one) => one.unread && one.customer.id === customer && one.number <= number)) return;
    this.#items = this.#items.map((one) => (one.customer.id === customer && one.number <= number ? { ...one, unread: false } : one));
  }
}
