/** The answer begun in one conversation: kept in this browser at every key, and on the hub when the keys rest. */
import type { Api } from "../live/api.ts";
import type { Records } from "../live/records.ts";
import type { Draft, Forward } from "../live/types.ts";
import type { Uploaded } from "../live/upload.ts";

export interface Begun {
  kind: "reply" | "note";
  reply: string;
  note: string;
  /** The way chosen to answer by, or null while it follows the customer. */
  way: string | null;
  subject: string;
  cc: string;
  bcc: string;
  reply_to: string | null;
  /** The reply with its form, where it has one; `reply` is then its bare text. */
  html: string;
  /** An address to write to that is none of the ways: where the sender of a mail wants the answer, or to whom one is passed on. */
  to: string | null;
  /** Without the signature. */
  unsigned: boolean;
  /** With the mail that is answered below. */
  quote: boolean;
  forward: Forward | null;
  /** Buttons for the customer to press. */
  choices: string[];
  files: Record<"reply" | "note", Uploaded[]>;
  /** What the hub had when we last heard, to notice an answer begun on another computer. */
  hub: string;
}

const REST_MS = 900;
const AGAIN_MS = 8_000;

export const NOTHING: Readonly<Begun> = { kind: "reply", reply: "", note: "", way: null, subject: "", cc: "", bcc: "", reply_to: null, html: "", to: null, unsigned: false, quote: false, forward: null, choices: [], files: { reply: [], note: [] }, hub: "" };

/** What is a reply's own, and gone when it was sent. */
const MAIL = { subject: "", cc: "", bcc: "", way: null, choices: [], html: "", to: null, unsigned: false, quote: false, forward: null };

export class BegunAnswer {
  #now = $state.raw<Begun>(NOTHING);
  #saved = $state<"none" | "here" | "hub">("none");
  #met = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #putting: Promise<void> | null = null;
  #wanted = false;

  constructor(
    private readonly customer: string,
    private readonly api: Pick<Api, "put">,
    private readonly records: Records<Begun>,
    private readonly channelOf: (way: string | null) => string | null,
  ) {
    const kept = records.get(customer);
    if (!kept) return;
    this.#now = { ...NOTHING, ...kept };
    this.#saved = this.text ? "here" : "none";
  }

  get now(): Readonly<Begun> {
    return this.#now;
  }

  /** The text of the mode that is open. */
  get text(): string {
    return this.#now[this.#now.kind];
  }

  /** Where it is safe: nothing to keep, in this browser, or on the hub too. */
  get saved(): "none" | "here" | "hub" {
    return this.#saved;
  }

  change(change: Partial<Begun>): void {
    this.#met = true;
    this.#now = { ...this.#now, ...change };
    this.#keep();
    this.#saved = this.text ? "here" : "none";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), REST_MS);
  }

  /** The hub's draft, once, when the conversation was fetched: taken unless something newer was typed here, and words kept here stay when
   *  it has none. Never later: a page that was on its way while one wrote or sent is older than what stands here. */
  meet(draft: Draft | null): void {
    if (this.#met) return;
    this.#met = true;
    const untouched = !this.text || this.#mine() === this.#now.hub;
    const theirs = draft ? `${draft.kind}\n${draft.text}` : "";
    if (!draft || theirs === this.#now.hub || !untouched) return;
    this.#now = { ...this.#now, hub: theirs, kind: draft.kind, [draft.kind]: draft.text, subject: draft.subject ?? "", html: draft.kind === "reply" ? (draft.html ?? "") : "" };
    this.#saved = "hub";
    this.#keep();
  }

  /** It was sent: the open mode is empty again. */
  clear(): void {
    const { kind, files } = this.#now;
    this.change({ [kind]: "", reply_to: null, files: { ...files, [kind]: [] }, ...(kind === "reply" && MAIL) });
    void this.flush();
  }

  /** Sends it to the hub now (leaving the conversation). A hub that is away is asked again later; the words are here all the while. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#wanted = true;
    return (this.#putting ??= this.#putAll());
  }

  /** One after the other: two on their way at once may arrive in the wrong order, and words that were sent would come back as a draft. */
  async #putAll(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#put();
      }
    } catch {
      this.#timer = setTimeout(() => void this.flush(), AGAIN_MS);
    } finally {
      this.#putting = null;
    }
  }

  async #put(): Promise<void> {
    const mine = this.#mine();
    const { kind, way, subject, html } = this.#now;
    if (mine !== this.#now.hub) {
      await this.api.put(`/customers/${this.customer}/draft`, { kind, text: this.text, channel: this.channelOf(way), topic: null, subject, html: kind === "reply" ? html : "" });
      this.#now = { ...this.#now, hub: mine };
      this.#keep();
    }
    if (mine === this.#mine()) this.#saved = this.text ? "hub" : "none";
  }

  #mine(): string {
    return this.text ? `${this.#now.kind}\n${this.text}` : "";
  }

  #keep(): void {
    const { reply, note, files, hub, subject, cc, bcc, choices, forward } = this.#now;
    const empty = !reply && !note && !hub && !subject && !cc && !bcc && !forward && !choices.length && !files.reply.length && !files.note.length;
    if (empty) this.records.remove(this.customer);
    else this.records.put(this.customer, this.#now);
  }
}
