/** What the supervisor sees: agents and waiting work. Fetched once, kept by events, and fetched again when the hub says that too much moved. */
import type { Api } from "../live/api.ts";
import type { Colleague, HubEvent, Page, Reason, Told, Work } from "../live/types.ts";

const APART_MS = 1_000;
const MOST = 200;
const WAITING = new Set(["queued", "offered"]);

export interface Why {
  reasons: Reason[];
  position: number | null;
  expected_wait_s: number | null;
}

export class Board {
  #agents = $state.raw<Colleague[] | null>(null);
  #waiting = $state.raw<ReadonlyMap<string, Work>>(new Map());
  #error = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Events that arrive while the lists are on their way: the lists may be older than they are. */
  #held: HubEvent[] | null = null;

  constructor(private readonly api: Pick<Api, "get">) {}

  get agents(): Colleague[] | null {
    return this.#agents;
  }

  /** The oldest first. */
  get waiting(): Work[] {
    return [...this.#waiting.values()].sort((one, other) => one.first_queued_at.localeCompare(other.first_queued_at) || one.id.localeCompare(other.id));
  }

  get error(): unknown {
    return this.#error;
  }

  async load(): Promise<void> {
    this.#held ??= [];
    try {
      const [agents, waiting] = await Promise.all([
        this.api.get<Page<Colleague>>("/agents", { limit: MOST }),
        this.api.get<Page<Work>>("/work", { state: [...WAITING].join(), limit: MOST }),
      ]);
      this.#agents = agents.items;
      this.#waiting = new Map(waiting.items.map((work) => [work.id, work]));
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
    const held = this.#held;
    this.#held = null;
    for (const event of held) this.#apply(event);
  }

  apply(event: HubEvent): void {
    if (event.type === "list.changed") this.#soon();
    else if (this.#held) this.#held.push(event);
    else this.#apply(event);
  }

  why(work: string): Promise<Why> {
    return this.api.get<Why>(`/work/${work}/why`);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #apply({ type, data }: HubEvent): void {
    if (type === "work.changed") this.#put(data);
    if (type === "status.changed") this.#stand(data);
  }

  #put(work: Work): void {
    const waiting = new Map(this.#waiting);
    if (WAITING.has(work.state)) waiting.set(work.id, work);
    else waiting.delete(work.id);
    this.#waiting = waiting;
  }

  #stand({ agent, activity, routing_status, units }: Told["status.changed"]): void {
    const free_units = Math.max(0, units.max - units.used);
    this.#agents = (this.#agents ?? []).map((one) => (one.id === agent ? { ...one, activity, routing_status, free_units } : one));
  }

  /** At most one fetch a second, however much moves. */
  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.load();
    }, APART_MS);
  }
}
