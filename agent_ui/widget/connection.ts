// Keeps a socket to the hub's /visitor namespace: introduces the visitor, and comes back after every cut with growing, uneven pauses.

import type { Ack, Refusal, ServerEvent, Welcome } from "./contract.ts";
import type { Link } from "./conversation.ts";
import { Socket, type End } from "./socket.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const REFUSED_PAUSE_MS = 60_000;

export interface Listener {
  /** Says hello by `ask`, and keeps what it answers. Called once per connection, before anything else is sent. */
  introduce(ask: (hello: object) => Promise<Ack<Welcome>>): Promise<void>;
  heard(event: ServerEvent): void;
  linked(link: Link): void;
}

export class Connection {
  #socket: Socket | null = null;
  #ready = false;
  #cuts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #address: string;
  readonly #auth: object;
  readonly #listener: Listener;

  constructor(hub: string, auth: { channel: string; locale: string }, listener: Listener) {
    this.#address = `${hub}socket.io/`;
    this.#auth = auth;
    this.#listener = listener;
    addEventListener("offline", () => this.#socket?.end());
    addEventListener("online", () => this.#dial());
    this.#dial();
  }

  /** Connected, and the hub knows who we are. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Asks and waits for the answer; rejects when the line is down or the answer does not come in ten seconds. */
  async ask<T>(name: string, data: object): Promise<Ack<T>> {
    if (!this.#ready) throw new Error("not connected");
    return (await this.#socket!.ask(name, data)) as Ack<T>;
  }

  /** Says something that need not arrive. */
  tell(name: string, data: object): void {
    if (this.#ready) this.#socket!.tell(name, data);
  }

  /** Introduces the visitor again, as somebody else perhaps. */
  again(): void {
    this.#socket?.end();
    this.#dial();
  }

  #dial(): void {
    clearTimeout(this.#timer);
    this.#socket ??= new Socket(this.#address, "/visitor", this.#auth, {
      connected: () => void this.#introduce(),
      heard: (name, data) => {
        if (name === "event") this.#listener.heard(data as ServerEvent);
      },
      ended: (end) => this.#ended(end),
    });
  }

  async #introduce(): Promise<void> {
    const socket = this.#socket!;
    try {
      await this.#listener.introduce(async (hello) => (await socket.ask("hello", hello)) as Ack<Welcome>);
      if (socket !== this.#socket) return;
      this.#cuts = 0;
      this.#ready = true;
      this.#listener.linked("live");
    } catch (error) {
      socket.end(error instanceof Refused ? error.message : null);
    }
  }

  #ended({ refused }: End): void {
    this.#socket = null;
    this.#ready = false;
    if (refused !== null) console.warn(`Hilo chat: the hub refused the connection: ${refused}`);
    this.#listener.linked(refused === null ? "offline" : "refused");
    this.#timer = setTimeout(() => this.#dial(), refused === null ? this.#pause() : REFUSED_PAUSE_MS);
  }

  /** Uneven, so that a hub that comes back is not met by everybody in the same instant. */
  #pause(): number {
    return Math.min(FIRST_PAUSE_MS * 2 ** this.#cuts++, LONGEST_PAUSE_MS) * (0.5 + Math.random());
  }
}

/** The hub heard the hello and does not want us: wrong page, unknown channel. */
export class Refused extends Error {
  constructor(refusal: Refusal) {
    super(refusal.message || refusal.code);
  }
}
