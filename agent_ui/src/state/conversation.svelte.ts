/** One customer's conversation as it is on the screen: pages that were fetched, and events in order on top. Applying one twice changes nothing. */
import type { Api } from "../live/api.ts";
import type { Live } from "../live/socket.ts";
import type { Aside, ConversationPage, Customer, Draft, HubEvent, Message, Named, Person, ThreadEvent } from "../live/types.ts";
import { Asides } from "./asides.svelte.ts";

const PAGE = 50;
const MOST = 200;
const TYPING_MS = 12_000;

const CARD_MS = 1_000;

export class Conversation {
  #messages = $state.raw<ReadonlyMap<string, Message>>(new Map());
  #events = $state.raw<ReadonlyMap<string, ThreadEvent>>(new Map());
  #customer = $state.raw<Customer | null>(null);
  #name = $state("");
  #root: string;
  #next = $state<string | null>(null);
  /** The number and the time from which on the whole thread is here without gaps; a topic's own pages may reach further back. */
  #floor = $state.raw<{ number: number; at: string } | null>(null);
  /** Topics that were opened by themselves, with what leads to their older pages. */
  #topics = $state.raw<ReadonlyMap<string, string | null>>(new Map());
  #ordered = $derived([...this.#messages.values()].sort((one, other) => one.number - other.number));
  #told = $derived([...this.#events.values()].sort((one, other) => one.position - other.position));
  #scheduled = $state.raw<readonly Message[]>([]);
  #read = $state(0);
  /** What is asked beside the customer's matters. */
  readonly beside = new Asides();
  #draft = $state.raw<Draft | null>(null);
  #viewers = $state.raw<Named[]>([]);
  #typing = $state.raw<Person[]>([]);
  #opening = $state(false);
  #opened = $state(false);
  #older = $state(false);
  #error = $state.raw<unknown>(null);
  /** Events told while a page is on its way. The page may be older than they are: they are told again on top of it. */
  #since: HubEvent[] | null = null;
  /** Openings may overlap (the socket registers while the first page is on its way): how many there were. */
  #openings = 0;
  /** The same for the customer's record: questions asked, and the last one whose answer is shown. */
  #asked = 0;
  #answered = 0;
  /** How often the whole was replaced: an older page that was asked for before does not join what is here now. */
  #shown = 0;

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly id: string, private readonly api: Api) {
    this.#root = id;
  }

  /** Whom the hub answers for: another customer than we asked for when the two were joined. */
  get root(): string {
    return this.#root;
  }

  /** In the order of their numbers: the whole thread as far as it was fetched. */
  get messages(): Message[] {
    const floor = this.#floor?.number ?? 0;
    return this.#ordered.filter((message) => message.number >= floor);
  }

  /** What happened between those messages. */
  get events(): ThreadEvent[] {
    const from = this.#next === null ? "" : (this.#floor?.at ?? "");
    return this.#told.filter((event) => event.at >= from);
  }

  /** What is asked beside them, in the same span of time. */
  get asides(): Aside[] {
    const from = this.#next === null ? "" : (this.#floor?.at ?? "");
    return this.beside.items.filter((aside) => aside.at >= from);
  }

  message(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  get customer(): Customer | null {
    return this.#customer;
  }

  get name(): string {
    return this.#customer?.name ?? this.#name;
  }

  /** What waits for its time, the next one first. */
  get scheduled(): Message[] {
    const all = new Map([...byId([...this.#scheduled]), ...this.#messages]);
    return [...all.values()].filter(({ state, send_at }) => state === "queued" && send_at).sort((one, other) => Date.parse(one.send_at!) - Date.parse(other.send_at!));
  }

  /** There are older messages that have not been fetched. */
  get more(): boolean {
    return this.#next !== null;
  }

  /** One topic of the thread by itself, or the whole (null). */
  within(topic: string | null): Pick<Conversation, "messages" | "events" | "asides" | "more"> {
    if (!topic) return this;
    return {
      messages: this.#ordered.filter((message) => message.topic === topic),
      events: this.#told.filter((event) => (event.data["topic"] as { id?: string } | undefined)?.id === topic),
      asides: this.beside.items.filter((aside) => aside.topic === topic),
      more: this.#topics.get(topic) !== null,
    };
  }

  /** The number up to which this agent had read when the conversation was opened. */
  get readTo(): number {
    return this.#read;
  }

  /** What the hub has kept of an answer begun here or on another computer. */
  get draft(): Draft | null {
    return this.#draft;
  }

  get viewers(): Named[] {
    return this.#viewers;
  }

  get typing(): Person[] {
    return this.#typing;
  }

  get opening(): boolean {
    return this.#opening;
  }

  /** True once there is something to show. */
  get opened(): boolean {
    return this.#opened;
  }

  get loadingOlder(): boolean {
    return this.#older;
  }

  get error(): unknown {
    return this.#error;
  }

  /** Watches, then fetches: in this order nothing falls between. What is shown stays until the answer is there, and is then replaced by it,
   *  because nobody told us what changed while we did not watch. */
  async open(live: Live): Promise<void> {
    const opening = ++this.#openings;
    this.#opening = true;
    this.#typing = [];
    this.#since ??= [];
    const viewers = await live.watch(this.id);
    try {
      const [page] = await Promise.all([this.#page(null, Math.min(Math.max(this.#messages.size, PAGE), MOST)), this.refreshCustomer(), this.beside.load(this.api, this.id)]);
      this.#arrived(opening, page, viewers);
    } catch (error) {
      if (opening === this.#openings) this.#error = error;
    } finally {
      if (opening === this.#openings) this.#finish();
    }
  }

  /** The page of an opening that a later one has overtaken is better than nothing, and nothing more. */
  #arrived(opening: number, page: ConversationPage, viewers: Named[] | null): void {
    if (this.#opened && opening !== this.#openings) return;
    this.#take(page, viewers);
    this.#error = null;
    for (const event of this.#since ?? []) this.#apply(event);
  }

  #finish(): void {
    this.#opening = false;
    this.#since = null;
  }

  /** Fetches the next older page, of the whole or of one topic. Throws what the hub said. */
  async older(topic: string | null = null): Promise<void> {
    if (this.#older || !this.within(topic).more) return;
    this.#older = true;
    const shown = this.#shown;
    try {
      const page = await this.#page(topic ? (this.#topics.get(topic) ?? null) : this.#next, PAGE, topic);
      if (shown !== this.#shown) return; // it continues what is not on the screen any more
      this.#messages = new Map([...byId(page.messages), ...this.#messages]);
      this.#events = new Map([...byPosition(page.events), ...this.#events]);
      if (topic) this.#topics = new Map([...this.#topics, [topic, page.next]]);
      else this.#reach(page);
    } finally {
      this.#older = false;
    }
  }

  /** Fetches the customer's record. An answer that a later question's answer has overtaken is not shown. Throws what the hub said. */
  async refreshCustomer(): Promise<void> {
    const question = ++this.#asked;
    const customer = await this.api.get<Customer>(`/customers/${this.id}`);
    if (question < this.#answered) return;
    this.#answered = question;
    this.#customer = customer;
  }

  #refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.refreshCustomer().catch(() => undefined);
    }, CARD_MS);
  }

  /** Takes the customer as an answer of the hub brought it (a field saved, a tag added, a join). */
  putCustomer(customer: Customer): void {
    this.#customer = customer;
  }

  /** Takes a message as the hub answered it. `before` is how it stood here when we asked (undefined: not at all): when an event has
   *  changed it since, the event may be newer than the answer, and the answer brings nothing that the next event does not. */
  putMessage(message: Message, before?: Message): void {
    if (this.#messages.get(message.id) === before) this.#put(message);
  }

  apply(event: HubEvent): void {
    if (event.position !== null) this.#since?.push(event);
    this.#apply(event);
  }

  #apply({ type, data }: HubEvent): void {
    if (type === "customer.changed" && data.id === this.id) void this.refreshCustomer().catch(() => undefined);
    if (type === "topic.changed" && data.root === this.id) void this.refreshCustomer().catch(() => undefined);
    // The card counts messages and says when the last one was: a talk that goes on is one question a second at most.
    if (type === "message.created" && data.root === this.id) this.#refreshSoon();
    if (type === "aside.changed" && data.aside.root === this.id) this.beside.put(data.aside);
    if (!("root" in data) || data.root !== this.id) return;
    if (type === "message.created" || type === "message.changed") this.#tell(data);
    if (type === "message.gone") this.#messages = new Map([...this.#messages].filter(([id]) => !data.messages.includes(id)));
    if (type === "thread.event") this.#happened(data);
    if (type === "typing") this.#type(data);
    if (type === "viewing") this.#viewers = data.viewers;
  }

  #happened(event: ThreadEvent): void {
    const { back, move } = event.data;
    // What was moved back: the move of then is told as undone from now on, as a fresh page would tell it.
    const told = back ? this.#told.map((one) => (one.data["move"] === move ? { ...one, data: { ...one.data, undone: true } } : one)) : this.#told;
    this.#events = byPosition([...told, event]);
  }

  #put(message: Message): void {
    this.#messages = new Map([...this.#messages, [message.id, message]]);
  }

  #tell(message: Message): void {
    this.#put(message);
    // A visitor who writes is known by the kind alone: there is one customer in a conversation.
    this.#typing = this.#typing.filter((who) => who.kind !== message.author.kind || (who.kind !== "customer" && who.id !== message.author.id));
  }

  #type({ who, on }: { who: Person; on: boolean }): void {
    const others = this.#typing.filter((one) => one.kind !== who.kind || one.id !== who.id);
    this.#typing = on ? [...others, who] : others;
    // Who goes away in the middle of a word never says that he or she has stopped.
    if (on) setTimeout(() => (this.#typing = this.#typing.filter((one) => one !== who)), TYPING_MS);
  }

  #page(before: string | null, limit: number, topic: string | null = null): Promise<ConversationPage> {
    return this.api.get<ConversationPage>(`/customers/${this.id}/conversation`, { before, limit, topic });
  }

  /** The whole thread reaches back as far as this page. */
  #reach(page: ConversationPage): void {
    this.#next = page.next;
    const first = page.messages[0];
    if (first) this.#floor = { number: first.number, at: first.at };
  }

  #take(page: ConversationPage, viewers: Named[] | null): void {
    this.#shown++;
    this.#name = page.customer.name;
    this.#root = page.customer.id;
    this.#messages = byId(page.messages);
    this.#events = byPosition(page.events);
    this.#topics = new Map();
    this.#floor = null;
    this.#reach(page);
    if (!this.#opened) this.#read = page.read;
    this.#draft = page.draft;
    this.#scheduled = page.scheduled ?? [];
    this.#viewers = viewers ?? page.viewers;
    this.#opened = true;
  }
}

function byId(messages: Message[]): ReadonlyMap<string, Message> {
  return new Map(messages.map((message) => [message.id, message]));
}

function byPosition(events: ThreadEvent[]): ReadonlyMap<string, ThreadEvent> {
  return new Map(events.map((event) => [`${event.position}:${event.type}`, event]));
}
