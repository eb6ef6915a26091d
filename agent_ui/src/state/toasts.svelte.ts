/** Short news that come and go at the foot of the list: how an offer ended, what was done, what failed. */

export interface Toast {
  id: number;
  kind: "news" | "warning";
  icon: string;
  text: string;
  strong?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
  /** Toasts with the same key replace each other. */
  key?: string | undefined;
}

const STAYS_MS = 8_000;
const MOST = 3;

class Toasts {
  #items = $state<Toast[]>([]);
  #next = 1;

  get items(): readonly Toast[] {
    return this.#items;
  }

  /** Shows it; a warning with an action stays until it is pressed or closed. */
  show(toast: Omit<Toast, "id">): number {
    const id = this.#next++;
    const others = this.#items.filter((item) => !toast.key || item.key !== toast.key);
    this.#items = [...others, { ...toast, id }].slice(-MOST);
    if (!(toast.kind === "warning" && toast.action)) setTimeout(() => this.close(id), STAYS_MS);
    return id;
  }

  close(id: number): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }

  closeKey(key: string): void {
    this.#items = this.#items.filter((item) => item.key !== key);
  }
}

export const toasts = new Toasts();
