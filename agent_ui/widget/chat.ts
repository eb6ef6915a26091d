// The chat itself, without its looks: keeps the conversation, and joins store, socket and page. The view reads `now` and calls the verbs.

import { Connection, Refused, type Listener } from "./connection.ts";
import type { Ack, Attachment, ServerEvent, Welcome } from "./contract.ts";
import { apply, blank, lastNumber, sent, unread, type Conversation, type Event, type Link } from "./conversation.ts";
import { Delivery } from "./delivery.ts";
import { exclusively } from "./locks.ts";
import type { Options } from "./options.ts";
import { isPassing, write } from "./outbox.ts";
import { NOTHING, type Elsewhere, type Store } from "./store.ts";
import * as uploads from "./uploads.ts";

const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 5_000;
const TYPING_FORGOTTEN_MS = 8_000;

export class Chat implements Listener {
  now: Conversation;
  readonly store: Store;
  readonly options: Options;
  readonly #changed: (now: Conversation, event: Event) => void;
  readonly #connection: Connection;
  readonly #delivery: Delivery;
  #identity: string | null;
  #watched = false;
  #typingSince = 0;
  #typingEnds: ReturnType<typeof setTimeout> | undefined;
  #theyStop: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options, store: Store, changed: (now: Conversation, event: Event) => void) {
    this.options = options;
    this.store = store;
    this.#changed = changed;
    this.#identity = options.identity;
    this.now = blank(store.waiting(), store.seen);
    this.#connection = new Connection(options.hub, { channel: options.channel, locale: options.locale }, this);
    this.#delivery = new Delivery(
      store,
      this.#connection,
      (pending, data) => this.#on({ type: "accepted", pending, data }),
      () => this.#refresh(),
    );
    store.watch((change) => this.#elsewhere(change));
    document.addEventListener("visibilitychange", () => this.#see());
  }

  // What the visitor does

  say(text: string, attachments: Attachment[]): void {
    this.store.keep(write(crypto.randomUUID?.() ?? uuid(), text, attachments, Date.now(), this.store.waiting()));
    this.store.draft = NOTHING;
    this.#refresh();
    this.#stopTyping();
    void this.#delivery.flush();
  }

  /** Takes back a message that the hub refused; its words go to whoever asks. */
  takeBack(id: string): void {
    this.store.drop(id);
    this.#refresh();
  }

  typing(): void {
    clearTimeout(this.#typingEnds);
    this.#typingEnds = setTimeout(() => this.#stopTyping(), TYPING_ENDS_MS);
    if (Date.now() - this.#typingSince < TYPING_EVERY_MS) return;
    this.#typingSince = Date.now();
    this.#connection.tell("typing", { on: true });
  }

  /** The thread is on the screen, or no longer. */
  watched(on: boolean): void {
    this.#watched = on;
    this.#see();
  }

  async profile(hints: { name?: string; email?: string }): Promise<boolean> {
    return this.#try("profile", hints);
  }
  async rate(score: number, text: string): Promise<boolean> {
    return this.#try("rate", text ? { score, text } : { score });
  }
  async end(): Promise<boolean> {
    return this.#try("end", {});
  }

  upload(file: File, progress: (percent: number) => void): Promise<Attachment> {
    return uploads.send(`${this.options.hub}widget/files`, this.store.get("token") ?? "", file, progress);
  }

  identify(identity: string | null, stranger: boolean): void {
    this.#identity = identity;
    if (stranger) this.#on({ type: "forgotten" });
    this.#connection.again();
  }

  // What the hub says

  async introduce(ask: (hello: object) => Promise<Ack<Welcome>>): Promise<void> {
    const hello = () => this.#hello(ask, lastNumber(this.now));
    const welcome = this.store.get("token") ? await hello() : await exclusively(`${this.store.prefix}hello`, hello);
    // Somebody else than before: what was asked for began after the other one's last number, so ask from the beginning.
    const whole = this.now.visitor && this.now.visitor !== welcome.visitor ? await this.#hello(ask, 0) : welcome;
    this.#on({ type: "welcomed", data: whole });
  }

  linked(link: Link): void {
    this.#on({ type: "link", data: link });
    if (link !== "live") return;
    this.#see();
    void this.#delivery.flush();
  }

  heard(event: ServerEvent): void {
    this.#on(event);
    if (event.type === "message" && event.data.from !== "visitor") this.#connection.tell("received", { number: event.data.number });
    if (event.type === "message") this.#see();
    if (event.type !== "typing") return;
    clearTimeout(this.#theyStop);
    this.#theyStop = setTimeout(() => this.#on({ type: "typing", data: { on: false, name: "" } }), TYPING_FORGOTTEN_MS);
  }

  // Inside

  async #hello(ask: (hello: object) => Promise<Ack<Welcome>>, after: number): Promise<Welcome> {
    const token = this.store.get("token");
    const page = { url: location.href, title: document.title };
    const answer = await ask({ token, page, locale: this.options.locale, after, ...(this.#identity ? { identity: this.#identity } : {}) });
    if (!("error" in answer)) {
      this.store.set("token", answer.token);
      this.store.set("visitor", answer.visitor);
      if (answer.identity) console.warn(`Hilo chat: the token of the shop was not believed: ${answer.identity}`);
      return answer;
    }
    // A token that the hub no longer knows (restored, expired) must not lock the visitor out: start as somebody new.
    if (isPassing(answer.error)) throw new Error(answer.error.message); // the hub cannot at this moment: we stay who we are
    if (!token) throw new Refused(answer.error);
    this.store.set("token", null);
    return this.#hello(ask, 0);
  }

  async #try(name: string, data: object): Promise<boolean> {
    const answer = await this.#connection.ask<{ ok: boolean }>(name, data).catch(() => null);
    return answer !== null && !(typeof answer === "object" && "error" in answer);
  }

  #see(): void {
    const number = unread(this.now).at(-1)?.number;
    if (!this.#watched || number === undefined || document.visibilityState !== "visible") return;
    this.store.seen = number;
    this.#on({ type: "seen", data: number });
    this.#connection.tell("read", { number });
  }

  #stopTyping(): void {
    clearTimeout(this.#typingEnds);
    if (this.#typingSince) this.#connection.tell("typing", { on: false });
    this.#typingSince = 0;
  }

  #refresh(): void {
    this.#on({ type: "waiting", data: this.store.waiting() });
  }

  #elsewhere(change: Elsewhere): void {
    if (change.type === "outbox") this.#refresh();
    else if (change.type === "accepted") this.#on({ type: "message", data: sent(change.pending, change.receipt) });
    else if (change.type === "seen") this.#on({ type: "seen", data: change.number });
    else if (change.visitor === null) this.#on({ type: "forgotten" });
    else if (this.now.visitor && change.visitor !== this.now.visitor) this.#connection.again();
  }

  #on(event: Event): void {
    this.now = apply(this.now, event);
    // The hub has it, by echo or history: it need not be kept any longer.
    if (event.type === "message") this.store.drop(event.data.id);
    if (event.type === "welcomed") for (const one of event.data.messages) this.store.drop(one.id);
    this.#changed(this.now, event);
  }
}

/** A random UUID where the page has no `crypto.randomUUID` (plain http). */
function uuid(): string {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (Number(digit) / 4)))).toString(16),
  );
}
