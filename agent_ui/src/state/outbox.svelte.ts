/** What this agent has written and the hub has not yet taken: kept in the browser, sent in order, each under the id it was born with. */
import { Refused, worthAnotherTry, type Api } from "../live/api.ts";
import { Records } from "../live/records.ts";
import type { Message, NewMessage } from "../live/types.ts";
import type { Uploaded } from "../live/upload.ts";

export interface Waiting {
  customer: string;
  message: NewMessage;
  /** The files that the message names by their ids, for showing and for correcting. */
  files?: Uploaded[];
  /** Milliseconds since 1970; the order of sending. */
  at: number;
  state: "waiting" | "sending" | "refused";
  /** Why the hub refused it; the words stay until someone corrects or drops them. */
  error: { code: string; message: string; fields: Record<string, string>; reference: string | null } | null;
}

const AGAIN_MS = 5_000;

export class Outbox {
  #items = $state.raw<Waiting[]>([]);
  #sending: string | null = $state(null);
  #again: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  constructor(
    private readonly api: Pick<Api, "post">,
    private readonly records: Records<Waiting>,
    private readonly taken: (customer: string, message: Message) => void,
    private readonly refused: (waiting: Waiting) => void = () => undefined,
  ) {
    this.#read();
  }

  /** True when something would be lost with this page, because the browser refuses to keep it. */
  get fragile(): boolean {
    return this.records.fragile;
  }

  get count(): number {
    return this.#items.length;
  }

  /** What waits for that customer, in order. */
  of(customer: string): Waiting[] {
    return this.#items
      .filter((item) => item.customer === customer)
      .map((item) => (item.message.id === this.#sending ? { ...item, state: "sending" as const } : item));
  }

  /** Takes a message: from here on it cannot be lost. */
  add(customer: string, message: NewMessage, files: Uploaded[] = []): void {
    const last = this.#items.at(-1)?.at ?? 0;
    const waiting: Waiting = { customer, message, files, at: Math.max(Date.now(), last + 1), state: "waiting", error: null };
    this.records.put(message.id, waiting);
    this.#read();
    void this.flush();
  }

  /** Tries a refused one again, as it is. */
  retry(id: string): void {
    const waiting = this.records.get(id);
    if (!waiting) return;
    this.records.put(id, { ...waiting, state: "waiting", error: null });
    this.#read();
    void this.flush();
  }

  /** Takes one back (to correct or to drop it). Answers what it was, or null when it has already gone. */
  take(id: string): Waiting | null {
    if (id === this.#sending) return null;
    const waiting = this.records.get(id);
    this.records.remove(id);
    this.#read();
    return waiting;
  }

  /** Another tab changed something. */
  changed(key: string | null): void {
    if (this.records.owns(key)) this.#read();
  }

  /** Sends all that waits. Called when something is added and whenever the hub can be reached again. */
  flush(): Promise<void> {
    return (this.#running ??= this.#rounds());
  }

  close(): void {
    clearTimeout(this.#again);
  }

  /** Until nothing waits, or it makes no sense now. What is added while the other tabs' turn is given back is looked for once more: the
   *  last look and the end are one step. */
  async #rounds(): Promise<void> {
    try {
      let sent = true;
      do await alone(async () => void (sent = await this.#sendAll()));
      while (sent && this.#next());
    } finally {
      this.#running = null;
    }
  }

  /** Answers false when the rest is tried again later. */
  async #sendAll(): Promise<boolean> {
    clearTimeout(this.#again);
    for (let next = this.#next(); next; next = this.#next()) {
      if (!(await this.#send(next))) {
        this.#again = setTimeout(() => void this.flush(), AGAIN_MS);
        return false;
      }
    }
    return true;
  }

  /** The oldest that may go: a refused one holds back the later ones of its own customer only. */
  #next(): Waiting | undefined {
    this.#read();
    const held = new Set(this.#items.filter((item) => item.state === "refused").map((item) => item.customer));
    return this.#items.find((item) => item.state !== "refused" && !held.has(item.customer));
  }

  /** Answers false when it makes no sense to go on now. */
  async #send(waiting: Waiting): Promise<boolean> {
    const id = waiting.message.id;
    this.#sending = id;
    try {
      const message = await this.api.post<Message>(`/customers/${waiting.customer}/messages`, waiting.message);
      this.taken(waiting.customer, message);
      this.records.remove(id);
      return true;
    } catch (error) {
      if (worthAnotherTry(error) || !(error instanceof Refused) || error.status === 401 || error.status === 429) return false;
      this.#refuse(waiting, error);
      return true;
    } finally {
      this.#sending = null;
      this.#read();
    }
  }

  #refuse(waiting: Waiting, { code, message, fields, reference }: Refused): void {
    const refused: Waiting = { ...waiting, state: "refused", error: { code, message, fields, reference } };
    this.records.put(waiting.message.id, refused);
    this.refused(refused);
  }

  #read(): void {
    this.#items = this.records
      .all()
      .map(([, waiting]) => waiting)
      .sort((one, other) => one.at - other.at);
  }
}

/** Only one tab sends at a time, so that the order holds across tabs. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (typeof navigator !== "undefined" && navigator.locks) await navigator.locks.request("hilo.outbox", work);
  else await work();
}
