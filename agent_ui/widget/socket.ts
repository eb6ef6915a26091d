// One connection to a Socket.IO namespace, from dialling to the end: it is over once, with a reason, and never comes back by itself.

import * as packets from "./packets.ts";

const DEADLINE_MS = 10_000;

export type End = { refused: string | null };

export interface Ear {
  connected(): void;
  heard(name: string, data: unknown): void;
  /** Called exactly once. `refused` holds the server's reason when it did not want us, null when the line broke. */
  ended(end: End): void;
}

interface Question {
  resolve: (data: unknown) => void;
  reject: (error: Error) => void;
  deadline: ReturnType<typeof setTimeout>;
}

export class Socket {
  #over = false;
  #questions = new Map<number, Question>();
  #asked = 0;
  #beat: ReturnType<typeof setTimeout>;
  #silence = DEADLINE_MS;
  readonly #line: WebSocket;
  readonly #namespace: string;
  readonly #auth: object;
  readonly #ear: Ear;

  constructor(address: string, namespace: string, auth: object, ear: Ear) {
    this.#namespace = namespace;
    this.#auth = auth;
    this.#ear = ear;
    this.#line = new WebSocket(`${address.replace(/^http/, "ws")}?EIO=4&transport=websocket`);
    this.#line.onmessage = ({ data }) => this.#hear(packets.read(String(data), namespace));
    this.#line.onclose = () => this.end();
    this.#beat = setTimeout(() => this.end(), this.#silence);
  }

  /** Resolves with the server's answer; rejects when the line ends or nothing comes in ten seconds. */
  ask(name: string, data: object): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.#fail(id), DEADLINE_MS);
      this.#questions.set(id, { resolve, reject, deadline });
      this.#send(packets.event(this.#namespace, name, data, id));
    });
  }

  tell(name: string, data: object): void {
    this.#send(packets.event(this.#namespace, name, data));
  }

  end(refused: string | null = null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#beat);
    this.#line.close();
    for (const id of [...this.#questions.keys()]) this.#fail(id);
    this.#ear.ended({ refused });
  }

  #hear(packet: packets.Packet | null): void {
    if (this.#over || !packet) return;
    switch (packet.type) {
      case "open":
        return this.#greet(packet.interval + packet.grace);
      case "ping":
        return this.#pong();
      case "connected":
        return this.#ear.connected();
      case "event":
        return this.#ear.heard(packet.name, packet.data);
      case "answer":
        return this.#answer(packet.id, packet.data);
      case "refused":
        return this.end(packet.message);
      case "goodbye":
        return this.end();
    }
  }

  #greet(silence: number): void {
    this.#silence = silence;
    this.#listen();
    this.#send(packets.connect(this.#namespace, this.#auth));
  }

  #pong(): void {
    this.#listen();
    this.#send(packets.PONG);
  }

  /** A line that has been silent for longer than the server promised is dead, whatever the browser thinks. */
  #listen(): void {
    clearTimeout(this.#beat);
    this.#beat = setTimeout(() => this.end(), this.#silence);
  }

  #answer(id: number, data: unknown): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    clearTimeout(question?.deadline);
    question?.resolve(data);
  }

  #fail(id: number): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    clearTimeout(question?.deadline);
    question?.reject(new Error("no answer"));
  }

  #send(frame: string): void {
    if (this.#line.readyState === WebSocket.OPEN) this.#line.send(frame);
  }
}
