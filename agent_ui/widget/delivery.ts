// Takes the visitor's words from the store to the hub: one after the other, from one tab at a time, until each is acknowledged.

import type { Ack, Receipt } from "./contract.ts";
import { exclusively } from "./locks.ts";
import { isPassing, next, pause, type Pending } from "./outbox.ts";
import type { Store } from "./store.ts";

interface Line {
  readonly ready: boolean;
  ask<T>(name: string, data: object): Promise<Ack<T>>;
}

export class Delivery {
  #tries = 0;
  #notBefore = 0;
  readonly #store: Store;
  readonly #line: Line;
  readonly #accepted: (pending: Pending, receipt: Receipt) => void;
  readonly #changed: () => void;

  constructor(store: Store, line: Line, accepted: (pending: Pending, receipt: Receipt) => void, changed: () => void) {
    this.#store = store;
    this.#line = line;
    this.#accepted = accepted;
    this.#changed = changed;
  }

  /** Sends all that waits. Harmless to call at any time, from any tab. */
  async flush(): Promise<void> {
    await exclusively(`${this.#store.prefix}send`, () => this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#line.ready && Date.now() >= this.#notBefore) {
      const pending = next(this.#store.waiting());
      if (!pending) return;
      await this.#offer(pending).catch(() => this.#later());
    }
  }

  async #offer(pending: Pending): Promise<void> {
    const { id, text, attachments } = pending;
    const page = { url: location.href, title: document.title };
    const answer = await this.#line.ask<Receipt>("message", { id, text, attachments: attachments.map((one) => one.id), page });
    if (!("error" in answer)) {
      this.#tries = 0;
      this.#store.accept(pending, answer);
      this.#accepted(pending, answer);
    } else if (isPassing(answer.error)) {
      this.#later();
    } else {
      this.#store.keep({ ...pending, refused: answer.error });
      this.#changed();
    }
  }

  #later(): void {
    const wait = pause(++this.#tries);
    this.#notBefore = Date.now() + wait;
    setTimeout(() => void this.flush(), wait);
  }
}
