/** What an agent changes in a customer's record: shown at once, marked until the hub has it, taken back with the reason when it says no. */
import { Refused } from "../live/api.ts";
import type { Commitment, Customer } from "../live/types.ts";
import type { Conversation } from "../state/conversation.svelte.ts";
import { desk } from "../state/desk.svelte.ts";
import { toasts } from "../state/toasts.svelte.ts";
import { failure } from "../ui/sentences.ts";
import { m } from "../ui/words.ts";

type Change = (customer: Customer) => Customer;

export class Edits {
  #going = $state.raw<ReadonlySet<string>>(new Set());

  constructor(private readonly conversation: Conversation) {}

  /** That change is on its way to the hub. */
  going(what: string): boolean {
    return this.#going.has(what);
  }

  /** Throws what the hub said: the field stays open with it. */
  rename(name: string): Promise<void> {
    return this.#patch("name", { name }, (customer) => ({ ...customer, name }));
  }

  setLocale(locale: string): Promise<void> {
    return this.#patch("locale", { locale }, (customer) => ({ ...customer, locale }));
  }

  setField(id: string, value: unknown): Promise<void> {
    const change: Change = (customer) => ({ ...customer, fields: customer.fields.map((field) => (field.id === id ? { ...field, value } : field)) });
    return this.#patch(`field:${id}`, { fields: { [id]: value } }, change);
  }

  addTag(tag: string): Promise<void> {
    const change: Change = (customer) => ({ ...customer, tags: [...customer.tags.filter((one) => one !== tag), tag] });
    return this.#run(`tag:${tag}`, change, () => desk.api.put<{ tags: string[] }>(`${this.#address}/tags/${encodeURIComponent(tag)}`), this.#tagged);
  }

  removeTag(tag: string): Promise<void> {
    const change: Change = (customer) => ({ ...customer, tags: customer.tags.filter((one) => one !== tag) });
    return this.#run(`tag:${tag}`, change, () => desk.api.delete<{ tags: string[] }>(`${this.#address}/tags/${encodeURIComponent(tag)}`), this.#tagged);
  }

  addIdentity(kind: string, value: string): Promise<void> {
    return this.#run("identity", same, () => desk.api.post<Customer>(`${this.#address}/identities`, { kind, value }), this.#whole);
  }

  removeIdentity(id: string): Promise<void> {
    const change: Change = (customer) => ({ ...customer, identities: customer.identities.filter((one) => one.id !== id) });
    return this.#run(`identity:${id}`, change, () => desk.api.delete(`${this.#address}/identities/${id}`), () => this.conversation.refreshCustomer());
  }

  keep(commitment: Commitment, done: boolean): Promise<void> {
    const done_at = done ? new Date().toISOString() : null;
    const change: Change = (customer) => ({ ...customer, commitments: customer.commitments.map((one) => (one.id === commitment.id ? { ...one, done_at } : one)) });
    return this.#run(`commitment:${commitment.id}`, change, () => desk.api.put(`/commitments/${commitment.id}`, { done }), () => undefined);
  }

  /** Joins somebody to this customer. Nothing is merged, and the notice can take it back. */
  async join(other: string): Promise<void> {
    await this.#run(`join:${other}`, same, () => desk.api.post<{ join: string; customer: Customer }>(`${this.#address}/joins`, { customer: other }), ({ join, customer }) => {
      this.conversation.putCustomer(customer);
      toasts.show({ kind: "news", icon: "join", strong: customer.name, text: m.joined_done(), action: { label: m.undo(), run: () => void told(customer.name, () => this.part(join)) } });
    });
    desk.refreshConversation();
  }

  async part(join: string): Promise<void> {
    await this.#run(`part:${join}`, same, () => desk.api.delete(`/joins/${join}`), () => undefined);
    desk.refreshConversation();
  }

  /** They are two people: never suggested again. */
  distinct(other: string): Promise<void> {
    const change: Change = (customer) => ({ ...customer, suggestions: customer.suggestions.filter((one) => one.customer.id !== other) });
    return this.#run(`join:${other}`, change, () => desk.api.post(`${this.#address}/distinct`, { customer: other }), () => undefined);
  }

  get #address(): string {
    return `/customers/${this.conversation.id}`;
  }

  #patch(what: string, body: object, change: Change): Promise<void> {
    return this.#run(what, change, () => desk.api.patch<Customer>(this.#address, body), this.#whole);
  }

  readonly #whole = (customer: Customer) => this.conversation.putCustomer(customer);
  readonly #tagged = ({ tags }: { tags: string[] }) => this.#show((customer) => ({ ...customer, tags }));

  #show(change: Change): void {
    if (this.conversation.customer) this.conversation.putCustomer(change(this.conversation.customer));
  }

  async #run<T>(what: string, change: Change, ask: () => Promise<T>, taken: (answer: T) => unknown): Promise<void> {
    this.#show(change);
    this.#going = new Set([...this.#going, what]);
    try {
      await taken(await ask());
    } catch (error) {
      await this.conversation.refreshCustomer().catch(() => undefined);
      throw error;
    } finally {
      this.#going = new Set([...this.#going].filter((one) => one !== what));
    }
  }
}

/** For a press that has no field to show its error under: a notice. */
export async function told(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toasts.show({ kind: "news", icon: "alert", strong: name, text: failure(error) });
  }
}

/** Why the hub did not take what was typed: what is allowed there, in the agent's language, or else the hub's own words. */
export function fieldTrouble(error: unknown, allowed: string | null = null): string {
  if (!(error instanceof Refused) || error.code !== "invalid") return failure(error);
  return allowed ?? (Object.values(error.fields).join("; ") || failure(error));
}

const same: Change = (customer) => customer;
