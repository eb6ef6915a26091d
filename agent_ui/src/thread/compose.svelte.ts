/** What the composer knows: the answer begun, the way it would go, whether it fits, and how it becomes a message. */
import type { Colleague, Message, NewMessage, Reach, Signature, Template, Work } from "../live/types.ts";
import { Records } from "../live/records.ts";
import { upload, type Uploaded } from "../live/upload.ts";
import type { Conversation } from "../state/conversation.svelte.ts";
import { desk } from "../state/desk.svelte.ts";
import type { Waiting } from "../state/outbox.svelte.ts";
import { m } from "../ui/words.ts";
import { BegunAnswer, type Begun } from "./draft.svelte.ts";
import { addresses, fileRoom, lockOf, room, tooLong, wayKey, wayOf, wrongAddresses, type FileRoom } from "./limits.ts";
import { everybodyElse, quotable, wantedAt, type WantedAt } from "./recipients.ts";
import { mailAnswered, subjectOf } from "./subjects.ts";
import { mentioned, pictured, plainOf } from "./text.ts";
import { Uploads } from "./uploads.svelte.ts";

/** What was sent from this page a short while ago, as it was begun: to go on from when it is taken back. */
const written = new Map<string, Readonly<Begun>>();

export class Compose {
  readonly answer: BegunAnswer;
  readonly uploads: Uploads;
  /** Colleagues that can be mentioned; empty until they are known. */
  people = $state.raw<Colleague[]>([]);
  /** Pictures in the text that are on their way to the hub. */
  #pictures = $state(0);

  constructor(
    readonly conversation: Conversation,
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

  /** The mail that an answer on this way goes on from. */
  get #answeredMail(): Message | undefined {
    return this.way?.limits.subject ? this.lastMail : undefined;
  }

  /** Where the sender of that mail wants the answer, when that is somewhere else. */
  get wanted(): WantedAt | null {
    return this.#answeredMail?.address?.value === this.way?.address.value ? wantedAt(this.#answeredMail) : null;
  }

  /** The address that it goes to. */
  get to(): string {
    if (this.begun.forward) return addresses(this.begun.to ?? "")[0] ?? "";
    return this.begun.to ?? (this.wanted?.safe ? this.wanted.value : (this.way?.address.value ?? ""));
  }

  /** Everybody else who had that mail, our own addresses left out. */
  get others(): string[] {
    return this.begun.forward ? [] : everybodyElse(this.#answeredMail, desk.directory.mail?.addresses ?? [], this.to);
  }

  /** Whether the mail that is answered may be quoted below. */
  get quotes(): boolean {
    const proved = this.conversation.customer?.identities.filter(({ kind, proved }) => kind === "email" && proved).map(({ value }) => value) ?? [];
    return !this.begun.forward && quotable(this.#answeredMail, [...proved, ...this.people.flatMap(({ email }) => email ?? [])], [this.to, ...addresses(this.begun.cc), ...addresses(this.begun.bcc)]);
  }

  get forwarded(): Message | undefined {
    return this.begun.forward ? this.conversation.message(this.begun.forward.message) : undefined;
  }

  /** What stands below a mail, where there is such and it is wanted. */
  get signature(): Signature | null {
    return this.way?.limits.subject && !this.note && !this.begun.unsigned ? desk.directory.signature(this.way.channel.id) : null;
  }

  /** Why it cannot go as it is, or null. An empty one has no reason: there is nothing to say yet. */
  get hindrance(): string | null {
    if (!this.uploads.done) return this.uploads.items.some((item) => item.error) ? m.hindrance_file() : m.hindrance_uploading();
    if (this.note) return null;
    if (!this.way) return m.hindrance_no_way();
    if (this.lock) return m.hindrance_locked();
    if (tooLong(this.room)) return m.hindrance_too_long({ count: this.room.used - (this.room.most ?? 0) });
    if (this.begun.forward && !this.to) return m.hindrance_nobody();
    if (this.#pictures) return m.hindrance_uploading();
    const wrong = wrongAddresses([...addresses(this.begun.to ?? ""), ...addresses(this.begun.cc), ...addresses(this.begun.bcc)]);
    if (this.way.limits.copies && wrong.length) return m.mail_wrong_address({ list: wrong.join(", ") });
    return fileRoom(this.#asFiles(), 0, this.way.limits).fit.length < this.files.length ? m.hindrance_files_here() : null;
  }

  get empty(): boolean {
    return !this.answer.text.trim() && this.files.length === 0 && !(!this.note && (this.begun.html || this.begun.forward));
  }

  write(text: string): void {
    // From the first key on it goes where it was begun for, also when the customer changes channel meanwhile.
    const way = !this.note && text && !this.begun.way && this.way ? wayKey(this.way) : this.begun.way;
    this.answer.change({ [this.begun.kind]: text, way: text || this.files.length ? way : null, ...(!this.note && { html: "" }) });
  }

  /** The same with its form; `text` is what it reads without. */
  writeForm(html: string, text: string): void {
    const way = text && !this.begun.way && this.way ? wayKey(this.way) : this.begun.way;
    this.answer.change({ reply: text, html, way: html || this.files.length ? way : null });
  }

  /** Keeps a picture that stands in the text; answers its file's id. Throws what the hub said. */
  async picture(file: File): Promise<string> {
    this.#pictures += 1;
    try {
      return (await upload(desk.api.address("/attachments", { name: file.name || "image.png" }), desk.api.csrf, file, () => undefined).done).id;
    } finally {
      this.#pictures -= 1;
    }
  }

  /** Begins to pass a mail on. */
  forward(message: Message): void {
    const begun = this.begun.forward?.message === message.id ? this.begun.forward : { message: message.id, files: true, html: true };
    this.answer.change({ kind: "reply", forward: begun, reply_to: null, to: null, quote: false, way: this.begun.way ?? (this.way ? wayKey(this.way) : null) });
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
  send(at: Date | null = null): boolean {
    if (this.empty || this.hindrance) return false;
    const message = this.#message();
    written.set(message.id, this.begun);
    desk.outbox.add(this.conversation.id, { ...message, ...(at && { send_at: at.toISOString() }) }, [...this.files]);
    this.answer.clear();
    return true;
  }

  /** Takes back what was sent from here and did not leave: with its form, its recipients and all. Answers false when it was not from here. */
  takeUp(id: string): boolean {
    const was = written.get(id);
    if (!was || this.answer.text.trim() || this.begun.html) return false;
    const { hub: _hub, note: _note, files, ...reply } = was;
    this.answer.change({ ...reply, files: { ...this.begun.files, reply: files.reply } });
    return true;
  }

  /** Sends a template with its variables; what has been begun stays begun. */
  sendTemplate({ name, language }: Template, variables: Record<string, string>): void {
    const way = this.way;
    if (!way) return;
    const { work, topic } = this.place();
    const matter = (this.note ? undefined : this.forwarded?.topic) ?? topic ?? work?.topic?.id;
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
    const change: Partial<Begun> = { kind: message.kind, subject: message.subject ?? "", cc: message.cc?.join(", ") ?? "", bcc: message.bcc?.join(", ") ?? "", reply_to: message.reply_to ?? null, html: message.html ?? "", unsigned: !message.signed, quote: Boolean(message.quote), forward: message.forward ?? null, to: message.forward ? (message.address?.value ?? null) : null, choices: message.choices?.map((choice) => choice.title) ?? [] };
    this.restore(message.text || plainOf(message.html ?? ""), { ...change, ...(way && { way: wayKey(way) }) }, files);
  }

  #message(): NewMessage {
    const { work, topic } = this.place();
    const matter = topic ?? this.answered?.topic ?? work?.topic?.id ?? undefined;
    const base = { id: crypto.randomUUID(), text: this.answer.text.trim(), topic: matter, attachments: this.files.map((file) => file.id) };
    if (this.note) return { ...base, kind: "note", channel: null, mentions: mentioned(base.text, this.people).map((person) => person.id) };
    const way = this.way!;
    const { subject, cc, bcc, reply_to, html, forward, quote } = this.begun;
    const form = way.limits.html && html ? html : "";
    const mail = way.limits.subject === true;
    const others = forward ? addresses(this.begun.to ?? "").slice(1) : [];
    const titles = way.limits.buttons ? this.begun.choices.map((title) => title.trim()).filter(Boolean) : [];
    return {
      ...base,
      kind: "reply",
      channel: way.channel.id,
      address: { kind: way.address.kind, value: mail ? this.to : way.address.value },
      ...(form && { html: form, text: "", attachments: [...base.attachments, ...pictured(form)] }),
      ...(this.signature && { signed: true }),
      ...(mail && forward && { forward }),
      ...(mail && quote && this.quotes && this.#answeredMail && { quote: this.#answeredMail.id }),
      ...(mail && (quote || forward) && { zone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
      ...(reply_to && { reply_to }),
      ...(titles.length && { choices: titles.map((title, index) => ({ id: `choice-${index + 1}`, title })) }),
      ...(mail && (subject.trim() || !forward) && { subject: subject.trim() || this.usualSubject }),
      ...(way.limits.copies && { cc: [...others, ...addresses(cc)], bcc: addresses(bcc) }),
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
