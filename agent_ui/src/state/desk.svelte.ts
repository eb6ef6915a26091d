/** The agent's desk: puts the parts together, and is the one place that an event goes through. Read this first. */
import { Api } from "../live/api.ts";
import { Records } from "../live/records.ts";
import { Live, type Listener } from "../live/socket.ts";
import type { HubEvent, Message, Snapshot, Told, Work } from "../live/types.ts";
import { Connection } from "./connection.svelte.ts";
import { Conversation } from "./conversation.svelte.ts";
import { Directory } from "./directory.svelte.ts";
import { Inbox } from "./inbox.svelte.ts";
import { Mentions } from "./mentions.svelte.ts";
import * as news from "./news.ts";
import { Offers } from "./offers.svelte.ts";
import { Outbox, type Waiting } from "./outbox.svelte.ts";
import { preferences } from "./preferences.svelte.ts";
import { customerAddress, router } from "./router.svelte.ts";
import { Session } from "./session.svelte.ts";
import { OwnStatus } from "./status.svelte.ts";

/** So many conversations stay in memory, for going back and forth without waiting. */
const KEPT = 8;
const REFUSED_MS = 1_500;
const BACK_MS = 5_000;

class Desk implements Listener {
  readonly api = new Api();
  readonly session = new Session(this.api);
  readonly connection = new Connection();
  readonly inbox = new Inbox(this.api, () => this.session.agent.id);
  readonly mentions = new Mentions(this.api, () => this.session.agent.id);
  readonly status = new OwnStatus(this.api, () => this.session.agent.id);
  readonly directory = new Directory(this.api);
  readonly offers = new Offers(this.api, {
    arrived: (offer) => news.offerArrived(offer),
    ended: (offer, end) => news.offerEnded(offer, end, this.session.agent.id),
    accepted: (work) => this.#accepted(work),
  });

  #live: Live | null = null;
  #outbox = $state.raw<Outbox | null>(null);
  #conversations = new Map<string, Conversation>();
  #open = $state.raw<Conversation | null>(null);
  /** What this agent had in hand when the connection went. */
  #held: Work[] = [];
  #listeners = new Set<(event: HubEvent) => void>();

  constructor() {
    this.api.onSignedOut = () => this.#end();
    this.api.onAnswer = (able) => this.#able(able);
    addEventListener("storage", (event) => this.#outbox?.changed(event.key));
    addEventListener("beforeunload", (event) => {
      if (this.#outbox?.fragile) event.preventDefault();
    });
  }

  /** What was written and is not yet with the hub. */
  get outbox(): Outbox {
    if (!this.#outbox) throw new Error("the desk is not open");
    return this.#outbox;
  }

  /** The conversation on the screen. */
  get conversation(): Conversation | null {
    return this.#open;
  }

  /** Begins the day: called once somebody is signed in. */
  begin(): void {
    const agent = this.session.agent;
    this.#outbox?.close();
    const records = new Records<Waiting>(`hilo.outbox.${agent.id}.`, localStorage);
    this.#outbox = new Outbox(this.api, records, (customer, message) => this.#taken(customer, message), news.messageRefused);
    this.#live?.close();
    this.#live = new Live(this.session.csrf, this);
    void preferences.load(this.api);
  }

  async signOut(): Promise<void> {
    this.#leave();
    await this.session.signOut();
  }

  /** Opens a customer's conversation; the one from before is shown at once and refreshed. */
  openCustomer(id: string | null): void {
    if (id === (this.#open?.id ?? null)) return;
    if (id === null) {
      this.#open = null;
      void this.#live?.watch(null);
      return;
    }
    const conversation = this.#conversations.get(id) ?? this.#made(id);
    this.#conversations.delete(id);
    this.#conversations.set(id, conversation);
    for (const old of [...this.#conversations.keys()].slice(0, -KEPT)) this.#conversations.delete(old);
    this.#open = conversation;
    this.refreshConversation();
  }

  /** A conversation outlives the page that opened it, so what it derives must not belong to that page. */
  #made(id: string): Conversation {
    let made: Conversation | undefined;
    $effect.root(() => void (made = new Conversation(id, this.api)));
    if (!made) throw new Error("no conversation");
    return made;
  }

  refreshConversation(): void {
    if (this.#open && this.#live) void this.#fetch(this.#open, this.#live);
  }

  typing(customer: string, on: boolean): void {
    this.#live?.typing(customer, on);
  }

  /** Calls back for every event, for a page that keeps its own view (supervision). Answers how to stop. */
  listen(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tryNow(): void {
    this.#live?.tryNow();
    void this.#outbox?.flush();
  }

  snapshot({ me, offers, work, queues, channels }: Snapshot): void {
    this.status.reset(me.status);
    this.inbox.reset(work, queues);
    this.directory.reset(channels);
    this.offers.reset(offers);
    this.#conversations.clear();
    if (this.#open) this.#conversations.set(this.#open.id, this.#open);
  }

  event(event: HubEvent): void {
    this.offers.apply(event);
    this.inbox.apply(event);
    this.mentions.apply(event);
    this.status.apply(event);
    this.directory.apply(event);
    for (const conversation of this.#conversations.values()) conversation.apply(event);
    this.#hub(event);
    news.event(event, { me: this.session.agent.id, open: this.#open?.id ?? null });
    for (const listener of this.#listeners) listener(event);
  }

  ready(resumed: boolean): void {
    this.connection.ready();
    void this.#tellLost();
    this.#catchUp(resumed);
  }

  #catchUp(resumed: boolean): void {
    if (resumed) void this.inbox.catchUp();
    void this.mentions.load();
    this.refreshConversation();
    void this.#outbox?.flush();
  }

  lost(): void {
    if (!this.#held.length) this.#held = this.inbox.mine.filter((work) => work.state === "assigned");
    this.connection.lost();
  }

  /** After a break: what had been in hand may be in the queue by now, or with somebody else. */
  async #tellLost(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const { id } of held) {
      const now = await this.api.get<Work>(`/work/${id}`).catch(() => null);
      if (now && ["queued", "offered", "assigned"].includes(now.state) && now.agent?.id !== this.session.agent.id) news.workLost(now);
    }
  }

  /** Is the session over, or did only its token change? */
  refused(): void {
    setTimeout(() => void this.#askAgain(), REFUSED_MS);
  }

  async #askAgain(): Promise<void> {
    if (!this.#live) return;
    if (await this.session.stands()) this.begin();
    else this.#end();
  }

  async #fetch(conversation: Conversation, live: Live): Promise<void> {
    await conversation.open(live);
    // An address from before a join leads to the customer's root.
    if (conversation.root !== conversation.id && this.#open === conversation) router.go(customerAddress(conversation.root), true);
  }

  #hub(event: HubEvent): void {
    if (event.type === "session.ended") this.#end();
    if (event.type === "hub.degraded") this.#able(false);
    if (event.type === "hub.recovered") this.#able(true);
    if (event.type === "customer.joined" || event.type === "customer.parted") this.#rooted(event.type === "customer.joined", event.data);
  }

  /** While the hub misses its database we ask now and then whether it is back, and then catch up. */
  #able(able: boolean): void {
    if (able === !this.connection.degraded) return;
    this.connection.hub(able);
    if (able) this.#catchUp(true);
    else this.#askWhetherBack();
  }

  #askWhetherBack(): void {
    setTimeout(() => {
      if (!this.connection.degraded || !this.#live) return;
      void this.session.stands();
      this.#askWhetherBack();
    }, BACK_MS);
  }

  /** Two customers became one, or one became two: what is open may have moved under another root. */
  #rooted(joined: boolean, { root, customer }: Told["customer.joined"]): void {
    for (const id of [root, customer]) if (id !== this.#open?.id) this.#conversations.delete(id);
    if (joined && this.#open?.id === customer && root !== customer) router.go(customerAddress(root), true);
    else if (this.#open?.id === root || this.#open?.id === customer) this.refreshConversation();
  }

  #accepted(work: Work): void {
    this.inbox.put(work);
    router.go(customerAddress(work.customer.id));
  }

  #taken(customer: string, message: Message): void {
    this.#conversations.get(customer)?.putMessage(message);
  }

  #end(): void {
    this.#leave();
    this.session.end();
  }

  #leave(): void {
    this.#live?.close();
    this.#live = null;
    this.#outbox?.close();
    this.#conversations.clear();
    this.#open = null;
    this.#held = [];
  }
}

export const desk = new Desk();
