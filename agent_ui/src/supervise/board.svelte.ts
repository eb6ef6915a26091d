/** What the supervisor sees: agents and waiting work, fetched anew at most once a second when something changes. */
import type { Api } from "../live/api.ts";
import type { Colleague, HubEvent, Page, Reason, Work } from "../live/types.ts";

const APART_MS = 1_000;
const CHANGES = new Set(["queues.changed", "list.changed", "work.changed", "status.changed", "offer.created", "offer.ended"]);

export interface Why {
  reasons: Reason[];
  position: number | null;
  expected_wait_s: number | null;
}

export class Board {
  #agents = $state.raw<Colleague[] | null>(null);
  #waiting = $state.raw<Work[] | null>(null);
  #error = $state.raw<unknown>(null);
  #at = $state<number | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;

  constructor(private readonly api: Pick<Api, "get">) {}

  get agents(): Colleague[] | null {
    return this.#agents;
  }

  get waiting(): Work[] | null {
    return this.#waiting;
  }

  get error(): unknown {
    return this.#error;
  }

  /** When the figures were fetched (milliseconds), or null before the first time. */
  get at(): number | null {
    return this.#at;
  }

  apply(event: HubEvent): void {
    if (!CHANGES.has(event.type)) return;
    if (this.#timer) this.#again = true;
    else void this.load();
  }

  async load(): Promise<void> {
    this.#timer = setTimeout(() => this.#next(), APART_MS);
    try {
      const [agents, waiting] = await Promise.all([
        this.api.get<Page<Colleague>>("/agents"),
        this.api.get<Page<Work>>("/work", { state: "queued,offered", limit: 200 }),
      ]);
      this.#agents = agents.items;
      this.#waiting = waiting.items;
      this.#at = Date.now();
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  why(work: string): Promise<Why> {
    return this.api.get<Why>(`/work/${work}/why`);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = undefined;
    if (this.#again) void this.load();
    this.#again = false;
  }
}
