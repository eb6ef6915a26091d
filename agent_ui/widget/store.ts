// What the browser keeps for one channel: token, unsent words, draft, marks. Every unsent message has a key of its own,
// so that two tabs never overwrite each other's.

import type { Attachment, Receipt } from "./contract.ts";
import { inOrder, type Pending } from "./outbox.ts";

export interface Draft {
  text: string;
  attachments: Attachment[];
}

export const NOTHING: Draft = { text: "", attachments: [] };

/** What another tab did. */
export type Elsewhere =
  | { type: "outbox" }
  | { type: "accepted"; pending: Pending; receipt: Receipt }
  | { type: "visitor"; visitor: string | null }
  | { type: "seen"; number: number };

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
type Kept = "token" | "visitor" | "account" | "seen" | "unread" | "sound" | "rated" | "teased" | "locale";

export class Store {
  readonly prefix: string;
  readonly #shelf: Shelf;
  readonly #tab: Shelf;

  constructor(channel: string, shelf: Shelf = storage("localStorage"), tab: Shelf = storage("sessionStorage")) {
    this.prefix = `hilo:${channel || "chat"}:`;
    this.#shelf = shelf;
    this.#tab = tab;
  }

  get(key: Kept): string | null {
    return this.#shelf.getItem(this.prefix + key);
  }

  set(key: Kept, value: string | null): void {
    if (value === null) this.#shelf.removeItem(this.prefix + key);
    else this.#shelf.setItem(this.prefix + key, value);
  }

  /** Open or closed belongs to the tab: it survives the next page of the shop, not the next visit. */
  get open(): boolean {
    return this.#tab.getItem(`${this.prefix}open`) === "1";
  }
  set open(value: boolean) {
    this.#tab.setItem(`${this.prefix}open`, value ? "1" : "0");
  }

  get seen(): number {
    return Number(this.get("seen") ?? 0);
  }
  set seen(number: number) {
    this.set("seen", String(number));
  }

  /** What is being written belongs to the tab too: two tabs are two hands. */
  get draft(): Draft {
    return read<Draft>(this.#tab.getItem(`${this.prefix}draft`)) ?? NOTHING;
  }

  set draft(draft: Draft) {
    if (draft.text || draft.attachments.length) this.#tab.setItem(`${this.prefix}draft`, JSON.stringify(draft));
    else this.#tab.removeItem(`${this.prefix}draft`);
  }

  waiting(): Pending[] {
    return inOrder(
      this.#keys("out:")
        .map((key) => read<Pending>(this.#shelf.getItem(key)))
        .filter((one) => one !== null),
    );
  }

  keep(pending: Pending): void {
    this.#shelf.setItem(`${this.prefix}out:${pending.id}`, JSON.stringify(pending));
  }
  drop(id: string): void {
    this.#shelf.removeItem(`${this.prefix}out:${id}`);
  }

  /** Tells the other tabs the number that the hub gave, then lets the message go. */
  accept(pending: Pending, receipt: Receipt): void {
    this.#shelf.setItem(`${this.prefix}receipt`, JSON.stringify({ pending, receipt }));
    this.#shelf.removeItem(`${this.prefix}receipt`);
    this.drop(pending.id);
  }

  /** Someone else will sit here: nothing of this visitor stays. */
  forget(): void {
    this.draft = NOTHING;
    for (const key of this.#keys("")) if (!key.endsWith(":locale") && !key.endsWith(":sound")) this.#shelf.removeItem(key);
  }

  /** Calls `tell` for what other tabs of this channel do, until the page is left. */
  watch(tell: (change: Elsewhere) => void): void {
    addEventListener("storage", ({ key, newValue }) => {
      if (key === null) return tell({ type: "visitor", visitor: null });
      if (!key.startsWith(this.prefix)) return;
      const change = this.#change(key.slice(this.prefix.length), newValue);
      if (change) tell(change);
    });
  }

  #change(key: string, value: string | null): Elsewhere | null {
    if (key.startsWith("out:")) return { type: "outbox" };
    if (key === "receipt") return value ? { type: "accepted", ...(JSON.parse(value) as { pending: Pending; receipt: Receipt }) } : null;
    if (key === "visitor") return { type: "visitor", visitor: value };
    return key === "seen" && value ? { type: "seen", number: Number(value) } : null;
  }

  #keys(start: string): string[] {
    const all = Array.from({ length: this.#shelf.length }, (_, index) => this.#shelf.key(index) ?? "");
    return all.filter((key) => key.startsWith(this.prefix + start));
  }
}

function read<T>(text: string | null): T | null {
  try {
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

/** The browser's storage; where the page may not have one, a shelf that lives as long as the page. */
function storage(kind: "localStorage" | "sessionStorage"): Shelf {
  try {
    const shelf = globalThis[kind];
    shelf.setItem("hilo:", "");
    shelf.removeItem("hilo:");
    return shelf;
  } catch {
    return shelfInMemory();
  }
}

export function shelfInMemory(): Shelf {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
