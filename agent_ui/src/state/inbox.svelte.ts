/** The work that this agent sees: what is his or hers, and what waits in the queues. */
import type { Api } from "../live/api.ts";
import type { HubEvent, Page, QueueLoad, Told, Work } from "../live/types.ts";

export type View = "mine" | "queues" | "mentions" | "all";

const LIVE = new Set(["assigned", "wrapping", "paused"]);
const WAITING = new Set(["queued", "offered"]);
const PAGE = 100;
const REFRESH_MS = 1_000;

export class Inbox {
  #mine = $state.raw<ReadonlyMap<string, Work>>(new Map());
  #others = $state.raw<ReadonlyMap<string, Work>>(new Map());
  #queues = $state.raw<QueueLoad[]>([]);
  #view = $state<View>("mine");
  #loading = $state(false);
  #error = $state<unknown>(null);
  #loaded = $state(false);
  #queue = $state<string | null>(null);
  /** Where the next page of the view begins; null when all of it is here. Pages follow the ids, which follow time. */
  #next = $state<string | null>(null);
  #turn = 0;
  /** Work told of while a page is on its way: the page may be older, so it is put on top of it again. */
  #since: Work[] = [];
  #refresh: ReturnType<typeof setTimeout> | undefined;
  #typing = $state.raw<ReadonlyMap<string, string>>(new Map());

  constructor(private readonly api: Pick<Api, "get">, private readonly me: () => string) {}

  get view(): View {
    return this.#view;
  }

  get loading(): boolean {
    return this.#loading;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get error(): unknown {
    return this.#error;
  }

  get mine(): Work[] {
    return [...this.#mine.values()];
  }

  get queues(): QueueLoad[] {
    return this.#queues;
  }

  get waiting(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.waiting, 0);
  }

  /** All that is open with anybody, waiting or in hand. */
  get everything(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.waiting + queue.in_hand, 0);
  }

  /** The queue that is looked at alone, or null for all. */
  get queue(): string | null {
    return this.#queue;
  }

  /** There is more of the view than what has been fetched. */
  get more(): boolean {
    return this.#listed && this.#next !== null;
  }

  /** What the open view shows, in no particular order. */
  get shown(): Work[] {
    const items = this.#view === "mine" ? this.mine : [...this.#others.values()];
    return this.#queue ? items.filter((work) => work.queue.id === this.#queue) : items;
  }

  /** How many of mine wait for an answer of mine. */
  get myTurn(): number {
    return this.mine.filter((work) => work.turn === "agent").length;
  }

  find(id: string): Work | undefined {
    return this.#mine.get(id) ?? this.#others.get(id);
  }

  /** The open work with that customer that we know of: mine before anyone's, the one that ends first when there are several. */
  ofCustomer(customer: string): Work | undefined {
    const of = (items: ReadonlyMap<string, Work>) => [...items.values()].filter((work) => work.customer.id === customer);
    const mine = of(this.#mine);
    const found = mine.length ? mine : of(this.#others);
    return found.sort((one, other) => (one.wrap_until ?? "z").localeCompare(other.wrap_until ?? "z"))[0];
  }

  typingIn(customer: string): string | undefined {
    return this.#typing.get(customer);
  }

  reset(work: Work[], queues: QueueLoad[]): void {
    this.#mine = byId(work.filter((item) => this.#isMine(item)));
    this.#queues = queues;
    this.#loaded = true;
    void this.load();
  }

  async open(view: View): Promise<void> {
    if (view === this.#view) return;
    this.#view = view;
    await this.#anew();
  }

  /** Looks at one queue alone, or at all (null). */
  async filter(queue: string | null): Promise<void> {
    if (queue === this.#queue) return;
    this.#queue = queue;
    await this.#anew();
  }

  /** Fetches the view of the queues anew, as far as it was fetched; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    if (!this.#listed) return;
    const wanted = Math.max(PAGE, this.#others.size);
    await this.#fetch(async () => {
      let page = await this.#page(null);
      let items = page.items;
      while (page.next && items.length < wanted) {
        page = await this.#page(page.next);
        items = [...items, ...page.items];
      }
      return { items, next: page.next };
    });
  }

  /** Fetches the next page, if there is one. */
  async loadMore(): Promise<void> {
    const from = this.#next;
    if (!this.more || this.#loading) return;
    await this.#fetch(async () => {
      const page = await this.#page(from);
      return { items: [...this.#others.values(), ...page.items], next: page.next };
    });
  }

  /** Whether the open view is one that the hub lists in pages. */
  get #listed(): boolean {
    return this.#view === "queues" || this.#view === "all";
  }

  async #anew(): Promise<void> {
    this.#others = new Map();
    this.#next = null;
    await this.load();
  }

  #page(after: string | null): Promise<Page<Work>> {
    const state = this.#view === "queues" ? "queued,offered" : null;
    return this.api.get<Page<Work>>("/work", { state, queue: this.#queue, after, limit: PAGE });
  }

  /** Only the answer to the last question counts. */
  async #fetch(ask: () => Promise<Page<Work>>): Promise<void> {
    const turn = ++this.#turn;
    if (!this.#loading) this.#since = [];
    this.#loading = true;
    this.#error = null;
    try {
      const { items, next } = await ask();
      if (turn === this.#turn) this.#take(items, next);
    } catch (error) {
      if (turn === this.#turn) this.#error = error;
    } finally {
      if (turn === this.#turn) this.#loading = false;
    }
  }

  #take(items: Work[], next: string | null): void {
    [this.#others, this.#next] = [byId(items), next];
    for (const work of this.#since) this.#place(work);
  }

  /** After a break: counters and lists that the hub does not tell again. */
  async catchUp(): Promise<void> {
    const queues = await this.api.get<Page<QueueLoad>>("/queues").catch(() => null);
    if (queues) this.#queues = queues.items;
    await this.load();
  }

  apply(event: HubEvent): void {
    if (event.type === "work.changed") this.put(event.data);
    if (event.type === "queues.changed") this.#queues = event.data.items;
    if (event.type === "list.changed") this.#reload();
    if (event.type === "typing") this.#type(event.data);
  }

  put(work: Work): void {
    this.#mine = this.#isMine(work) ? withItem(this.#mine, work) : without(this.#mine, work.id);
    if (this.#loading) this.#since.push(work);
    this.#place(work);
  }

  /** Where it belongs in the view of the queues or of all. */
  #place(work: Work): void {
    if (!this.#listed) return;
    const stays = this.#view === "queues" ? WAITING.has(work.state) : WAITING.has(work.state) || LIVE.has(work.state);
    // What lies beyond the last page comes with its page: here it would stand after a gap.
    if (stays && this.#next !== null && work.id > this.#next) return;
    this.#others = stays ? withItem(this.#others, work) : without(this.#others, work.id);
  }

  /** The agent has read to the end: the count need not wait for the hub to say so. */
  read(customer: string): void {
    const changed = this.mine.filter((work) => work.customer.id === customer && work.unread > 0);
    for (const work of changed) this.#mine = withItem(this.#mine, { ...work, unread: 0 });
  }

  #isMine(work: Work): boolean {
    return work.agent?.id === this.me() && LIVE.has(work.state);
  }

  /** At most one fetch a second, however much moves. */
  #reload(): void {
    if (!this.#listed || this.#refresh) return;
    this.#refresh = setTimeout(() => {
      this.#refresh = undefined;
      void this.load();
    }, REFRESH_MS);
  }

  #type({ root, who, on }: Told["typing"]): void {
    if (who.kind !== "customer") return;
    this.#typing = on ? new Map([...this.#typing, [root, who.name]]) : without(this.#typing, root);
  }
}

function byId(items: Work[]): ReadonlyMap<string, Work> {
  return new Map(items.map((item) => [item.id, item]));
}

function withItem(items: ReadonlyMap<string, Work>, work: Work): ReadonlyMap<string, Work> {
  return new Map([...items, [work.id, work]]);
}

function without<T>(items: ReadonlyMap<string, T>, id: string): ReadonlyMap<string, T> {
  if (!items.has(id)) return items;
  const rest = new Map(items);
  rest.delete(id);
  return rest;
}
