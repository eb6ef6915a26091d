/** The one socket to the hub. It registers with the last position, resumes or takes a snapshot, and hands over events in order, each once. */
import { io, type Socket } from "socket.io-client";
import type { HubEvent, Named, Snapshot } from "./types.ts";

const ACK_MS = 10_000;

export interface Listener {
  /** The state from before is worth nothing any more: this is all of it. */
  snapshot(snapshot: Snapshot): void;
  event(event: HubEvent): void;
  /** Registered, by resuming (what was missed has been told) or by a snapshot. What is open has to be fetched again in both cases:
   *  while we were away nobody told us about it. */
  ready(resumed: boolean): void;
  /** The connection is gone, or the hub does not let us register. The socket keeps trying. */
  lost(): void;
  /** The session is over: there is no point in trying again. */
  refused(): void;
}

interface Registered {
  position: number;
  snapshot: Snapshot | null;
  error?: { code: string };
}

interface Watched {
  ok: boolean;
  position: number;
  viewers: Named[];
}

export class Live {
  #socket: Socket;
  #position: number | null = null;
  #registered = false;
  #early: HubEvent[] = [];

  constructor(csrf: string | null, private readonly listener: Listener) {
    this.#socket = io("/agent", {
      auth: { csrf },
      transports: ["websocket", "polling"],
      reconnectionDelay: 400,
      reconnectionDelayMax: 5_000,
      timeout: 8_000,
    });
    this.#socket.on("connect", () => void this.#register());
    this.#socket.on("disconnect", (reason) => this.#disconnected(reason));
    this.#socket.on("connect_error", () => this.#notLetIn());
    this.#socket.on("event", (event: HubEvent) => this.#receive(event));
    addEventListener("online", this.tryNow);
  }

  /** Looks for the hub at once instead of waiting for the next turn. */
  tryNow = (): void => {
    if (!this.#socket.connected) this.#socket.connect();
  };

  close(): void {
    removeEventListener("online", this.tryNow);
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  /** From now on what happens in that customer's conversation is pushed. Answers who else has it open, or null when nobody answered. */
  async watch(customer: string | null): Promise<Named[] | null> {
    if (!this.#registered) return null;
    try {
      const answer = (await this.#socket.timeout(ACK_MS).emitWithAck("watch", { customer })) as Watched;
      return answer.ok ? answer.viewers : null;
    } catch {
      return null;
    }
  }

  typing(customer: string, on: boolean): void {
    if (this.#registered) this.#socket.volatile.emit("typing", { customer, on });
  }

  async #register(): Promise<void> {
    const socket = this.#socket.id;
    this.#early = [];
    try {
      const answer = (await this.#socket.timeout(ACK_MS).emitWithAck("register", { position: this.#from() })) as Registered;
      if (socket !== this.#socket.id) return;
      if (answer.error) throw new Error(answer.error.code);
      this.#begin(answer);
    } catch {
      if (socket === this.#socket.id) this.#again();
    }
  }

  /** One before the last we saw: the cut may have fallen between two events of one position. */
  #from(): number | null {
    return this.#position === null ? null : Math.max(0, this.#position - 1);
  }

  #begin(answer: Registered): void {
    const early = this.#early;
    this.#early = [];
    this.#registered = true;
    if (answer.snapshot) {
      this.#position = answer.position;
      this.listener.snapshot(answer.snapshot);
    }
    for (const event of early) this.#receive(event);
    this.listener.ready(answer.snapshot === null);
  }

  /** Connected but not registered is useless: begin the connection anew. */
  #again(): void {
    this.listener.lost();
    this.#socket.disconnect();
    setTimeout(this.tryNow, 1_000);
  }

  #receive(event: HubEvent): void {
    if (!this.#registered) {
      this.#early.push(event);
      return;
    }
    if (event.position !== null) {
      // One thing that happened may be told in several events with one position; applying one twice changes nothing.
      if (this.#position !== null && event.position < this.#position) return;
      this.#position = event.position;
    }
    this.listener.event(event);
  }

  #disconnected(reason: string): void {
    this.#registered = false;
    this.listener.lost();
    // After a disconnection by the hub the client does not come back by itself.
    if (reason === "io server disconnect") setTimeout(this.tryNow, 1_000);
  }

  #notLetIn(): void {
    this.listener.lost();
    // While the network is the trouble the client goes on trying by itself; when the hub refused us it does not.
    if (!this.#socket.active) this.listener.refused();
  }
}
