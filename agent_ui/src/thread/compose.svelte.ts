/** What the composer knows: the answer begun, the way it would go, whether it fits, and how it becomes a message. */
import type { Colleague, Message, NewMessage, Reach, Template, Work } from "../live/types.ts";
import { Records } from "../live/records.ts";
import { upload, type Uploaded } from "../live/upload.ts";
import type { Conversation } from "../state/conversation.svelte.ts";
import { desk } from "../state/desk.svelte.ts";
import type { Waiting } from "../state/outbox.svelte.ts";
import { m } from "../ui/words.ts";
import { BegunAnswer, type Begun } from "./draft.svelte.ts";
import { copies } from "./doubts.ts";
import { addresses, fileRoom, lockOf, room, tooLong, wayKey, wayOf, wrongAddresses, type FileRoom } from "./limits.ts";
import { mailAnswered, subjectOf } from "./subjects.ts";
import { mentioned } from "./text.ts";
import { Uploads } from "./uploads.svelte.ts";

export class Compose {
  readonly answer: BegunAnswer;
  readonly uploads: Uploads;
  /** Colleagues that can be mentioned; empty until they are known. */
  people = $state.raw<Colleague[]>([]);

  constructor(
    private readonly conversation: Conversation,
    private readonly place: () => { work: Work | undefined; topic: string | null },
  ) {
    const records = new Records<Begun>(`hilo.draft.${desk.session.agent.id}.`, localStorage);
    this.answer = new BegunAnswer(conversation.id, desk.api, records, (key) => wayOf(this.reach, key)?.channel.id ?? null);
    const send = (file: File, told: (share: number) => void) => upload(desk.api.address("/attachments", { name: file.name }), desk.api.csrf, file, told);
    this.uploads = new Uploads(send, (file) => this.#uploaded(file));
  }

  get begun(): Readonly<Begun> {
    return this.answer.now;
  }

  get note(): boolean {
    return this.begun.kind === "note";
  }

  get reach(): readonly Reach[] {
    return this.conversation.customer?.reach ?? [];
  }

  /** The way it would go now: the one chosen, or the channel the customer used last. */
  get way(): Reach | null {
    return wayOf(this.reach, this.begun.way ?? this.#lastWay());
  }

  /** Why nothing free can be written on that way now, or null. */
  get lock() {
    return this.note || !this.way ? null : lockOf(this.way);
  }

  /** Changes when what may be written may have changed: the customer wrote again, or the time ran out. Null where it never changes. */
  windowTurn(now: number): string | null {
    const { window, consent } = this.way ?? {};
    if (!window || (window.allows === "free" && !window.until && !consent)) return null;
    const last = this.conversation.messages.findLast((message) => message.direction === "in" && message.channel?.id === this.way?.channel.id);
    return `${last?.id} ${window.until !== null && Date.parse(window.until) <= now}`;
  }

  /** Other ways on which one may write now. */
  get openWays(): readonly Reach[] {
    return this.reach.filter((way) => way !== this.way && !lockOf(way) && way.state !== "down");
  }

  get room() {
    return room(this.answer.text, this.note ? {} : (this.way?.limits ?? {}));
  }

  get files(): readonly Uploaded[] {
    return this.begun.files[this.begun.kind];
  }

  get answered(): Message | undefined {
    return this.begun.reply_to ? this.conversation.message(this.begun.reply_to) : undefined;
  }

  /** The matter that is answered: of the message that was chosen, of the filter, of the work; else whatever the customer wrote last. */
  get #topic(): string | null {
    return this.answered?.topic ?? this.place().topic ?? this.place().work?.topic?.id ?? null;
  }

  /** The customer's last mail in that matter, which a mail of ours goes on from. */
  get lastMail(): Message | undefined {
    return mailAnswered(this.conversation.messages, this.#topic);
  }

  /** The subject of a mail of ours, as long as the agent gives no other. */
  get usualSubject(): string {
    const topics = [...(this.conversation.customer?.topics ?? []), ...(this.place().work?.topic ? [this.place().work!.topic] : [])];
    return subjectOf(this.lastMail, topics, this.#topic) ?? m.mail_subject_usual();
  }

  /** Everybody else who had that mail, our own addresses left out. */
  get others(): string[] {
    const ours = desk.directory.channels.map((channel) => channel.name);
    return this.lastMail ? copies(this.lastMail).filter((one) => !ours.includes(one) && one !== this.way?.address.value) : [];
  }

  /** Why it cannot go as it is, or null. An empty one has no reason: there is nothing to say yet. */
  get hindrance(): string | null {
    if (!this.uploads.done) return this.uploads.items.some((item) => item.error) ? m.hindrance_file() : m.hindrance_uploading();
    if (this.note) return null;
    if (!this.way) return m.hindrance_no_way();
    if (this.lock) return m.hindrance_locked();
    if (tooLong(this.room)) return m.hindrance_too_long({ count: this.room.used - (this.room.most ?? 0) });
    const wrong = wrongAddresses([...addresses(this.begun.cc), ...addresses(this.begun.bcc)]);
    if (this.way.limits.copies && wrong.length) return m.mail_wrong_address({ list: wrong.join(", ") });
    return fileRoom(this.#asFiles(), 0, this.way.limits).fit.length < this.files.length ? m.hindrance_files_here() : null;
  }

  get empty(): boolean {
    return !this.answer.text.trim() && this.files.length === 0;
  }

  write(text: string): void {
    // From the first key on it goes where it was begun for, also when the customer changes channel meanwhile.
    const way = !this.note && text && !this.begun.way && this.way ? wayKey(this.way) : this.begun.way;
    this.answer.change({ [this.begun.kind]: text, way: text || this.files.length ? way : null });
  }

  /** Adds what fits and answers what does not. */
  attach(files: readonly File[]): FileRoom {
    const found = fileRoom(files, this.files.length + this.uploads.items.length, this.note ? null : (this.way?.limits ?? null));
    this.uploads.add(found.fit);
    return found;
  }

  detach(id: string): void {
    this.#setFiles(this.files.filter((file) => file.id !== id));
  }

  /** Hands the message over to where it cannot be lost, and is empty again. Answers false when it cannot go yet. */
  send(): boolean {
    if (this.empty || this.hindrance) return false;
    desk.outbox.add(this.conversation.id, this.#message(), [...this.files]);
    this.answer.clear();
    return true;
  }

  /** Sends a template with its variables; what has been begun stays begun. */
  sendTemplate({ name, language }: Template, variables: Record<string, string>): void {
    const way = this.way;
    if (!way) return;
    const { work, topic } = this.place();
    const matter = topic ?? work?.topic?.id;
    const message: NewMessage = { id: crypto.randomUUID(), kind: "reply", channel: way.channel.id, address: { kind: way.address.kind, value: way.address.value }, text: "", template: { name, language, variables }, ...(matter && { topic: matter }) };
    desk.outbox.add(this.conversation.id, message);
  }

  /** Takes words back to write on them: put before what has been begun meanwhile, never over it. */
  restore(text: string, change: Partial<Begun> = {}, files: readonly Uploaded[] = []): void {
    const kind = change.kind ?? "reply";
    const meanwhile = this.begun[kind].trim();
    const all = { ...this.begun.files, [kind]: [...files, ...this.begun.files[kind]] };
    this.answer.change({ ...change, kind, [kind]: meanwhile && meanwhile !== text.trim() ? `${text}\n\n${meanwhile}` : text, files: all });
  }

  restoreWaiting({ message, files = [] }: Waiting): void {
    const way = this.reach.find(({ channel, address }) => channel.id === message.channel && (!message.address || (address.kind === message.address.kind && address.value === message.address.value)));
    const change: Partial<Begun> = { kind: message.kind, subject: message.subject ?? "", cc: message.cc?.join(", ") ?? "", bcc: message.bcc?.join(", ") ?? "", reply_to: message.reply_to ?? null, choices: message.choices?.map((choice) => choice.title) ?? [] };
    this.restore(message.text, { ...change, ...(way && { way: wayKey(way) }) }, files);
  }

  #message(): NewMessage {
    const { work, topic } = this.place();
    const matter = topic ?? this.answered?.topic ?? work?.topic?.id ?? undefined;
    const base = { id: crypto.randomUUID(), text: this.answer.text.trim(), topic: matter, attachments: this.files.map((file) => file.id) };
    if (this.note) return { ...base, kind: "note", channel: null, mentions: mentioned(base.text, this.people).map((person) => person.id) };
    const way = this.way!;
    const { subject, cc, bcc, reply_to } = this.begun;
    const titles = way.limits.buttons ? this.begun.choices.map((title) => title.trim()).filter(Boolean) : [];
    return {
      ...base,
      kind: "reply",
      channel: way.channel.id,
      address: { kind: way.address.kind, value: way.address.value },
      ...(reply_to && { reply_to }),
      ...(titles.length && { choices: titles.map((title, index) => ({ id: `choice-${index + 1}`, title })) }),
      ...(way.limits.subject && { subject: subject.trim() || this.usualSubject }),
      ...(way.limits.copies && { cc: addresses(cc), bcc: addresses(bcc) }),
    };
  }

  /** The channel and address of the customer's last message: what the hub calls the last one may be some seconds old. */
  #lastWay(): string | null {
    const last = this.conversation.messages.findLast((message) => message.direction === "in");
    const way = this.reach.find(({ channel, address }) => channel.id === last?.channel?.id && (!last.address || address.value === last.address.value));
    return way ? wayKey(way) : null;
  }

  #uploaded(file: Uploaded): void {
    this.#setFiles([...this.files, file]);
  }

  #setFiles(files: Uploaded[]): void {
    this.answer.change({ files: { ...this.begun.files, [this.begun.kind]: files } });
  }

  #asFiles(): File[] {
    return this.files.map((file) => ({ name: file.name, size: file.size, type: file.content_type }) as File);
  }
}
