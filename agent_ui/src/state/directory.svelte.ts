/** The lists that many pages need: channels, activities, wrap-up codes, colleagues. Fetched once a session and kept fresh by events. */
import type { Api } from "../live/api.ts";
import type { Activity, Channel, Colleague, HubEvent, Page, Signature, Signatures, WrapUpCode } from "../live/types.ts";

export class Directory {
  #channels = $state.raw<Channel[]>([]);
  #activities = $state.raw<Activity[]>([]);
  #codes = $state.raw<WrapUpCode[]>([]);

  #mail = $state.raw<Signatures | null>(null);
  #asked = false;

  constructor(private readonly api: Pick<Api, "get">) {}

  /** Signatures and our own addresses; asked for when somebody first writes mail, null until they are here. */
  get mail(): Signatures | null {
    if (!this.#asked) void this.#askMail();
    return this.#mail;
  }

  putMail(mail: Signatures): void {
    this.#mail = mail;
  }

  /** The signature below what this agent writes on a channel. */
  signature(channel: string | undefined): Signature | null {
    return this.mail?.items.find((one) => one.shown && one.channels.includes(channel ?? "")) ?? null;
  }

  get channels(): Channel[] {
    return this.#channels;
  }

  get activities(): Activity[] {
    return this.#activities;
  }

  get codes(): WrapUpCode[] {
    return this.#codes;
  }

  get broken(): Channel[] {
    return this.#channels.filter((channel) => channel.enabled !== false && channel.state === "down");
  }

  /** There is a counter where visits are written down. */
  get counter(): boolean {
    return this.#channels.some((channel) => channel.connector === "counter" && channel.enabled !== false);
  }

  reset(channels: Channel[]): void {
    this.#channels = channels;
    void this.#load();
  }

  apply(event: HubEvent): void {
    if (event.type !== "channel.changed") return;
    const told = event.data;
    const others = this.#channels.filter((channel) => channel.id !== told.id);
    const place = this.#channels.findIndex((channel) => channel.id === told.id);
    this.#channels = told.archived ? others : others.toSpliced(place < 0 ? others.length : place, 0, told);
  }

  colleagues(): Promise<Page<Colleague>> {
    return this.api.get<Page<Colleague>>("/agents");
  }

  async #askMail(): Promise<void> {
    this.#asked = true;
    try {
      this.#mail = await this.api.get<Signatures>("/signatures");
    } catch {
      this.#asked = false;
    }
  }

  async #load(): Promise<void> {
    const nothing = { items: [], next: null };
    const [activities, codes] = await Promise.all([
      this.api.get<Page<Activity>>("/activities").catch(() => nothing),
      this.api.get<Page<WrapUpCode>>("/wrap-up-codes").catch(() => nothing),
    ]);
    if (activities.items.length) this.#activities = activities.items;
    if (codes.items.length) this.#codes = codes.items;
  }
}
