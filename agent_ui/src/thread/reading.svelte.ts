/** Tells the hub how far this agent has read: only what was on a screen that somebody could see, and each number once. */
import { desk } from "../state/desk.svelte.ts";

const REST_MS = 400;

class ReadMark {
  #told = new Map<string, number>();

  /** The end of that conversation is on the screen. Answers how to take it back, when it leaves the screen at once. */
  reached(customer: string, number: number): () => void {
    const stop = new AbortController();
    const timer = setTimeout(() => this.#tell(customer, number), REST_MS);
    document.addEventListener("visibilitychange", () => this.#tell(customer, number), { signal: stop.signal });
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }

  #tell(customer: string, number: number): void {
    if (document.hidden || (this.#told.get(customer) ?? 0) >= number) return;
    this.#told.set(customer, number);
    desk.inbox.read(customer);
    desk.mentions.read(customer, number);
    // A mark that does not arrive is sent again with the next message, or on opening.
    void desk.api.put(`/customers/${customer}/read`, { number }).catch(() => this.#told.delete(customer));
  }
}

export const readMark = new ReadMark();
