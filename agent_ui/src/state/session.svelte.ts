/** Who is signed in. */
import { Refused, type Api } from "../live/api.ts";
import type { Agent } from "../live/types.ts";

interface Opened {
  agent: Agent;
  csrf: string;
}

export class Session {
  #agent = $state.raw<Agent | null>(null);
  #state = $state<"asking" | "in" | "out" | "unreachable">("asking");
  #ended = $state(false);

  constructor(private readonly api: Api) {}

  get agent(): Agent {
    if (!this.#agent) throw new Error("nobody is signed in");
    return this.#agent;
  }

  get state(): "asking" | "in" | "out" | "unreachable" {
    return this.#state;
  }

  /** The session was open and is over: whoever signs in again finds everything as it was. */
  get ended(): boolean {
    return this.#ended;
  }

  get csrf(): string | null {
    return this.api.csrf;
  }

  get supervises(): boolean {
    return this.#agent?.role === "supervisor" || this.#agent?.role === "admin";
  }

  get administers(): boolean {
    return this.#agent?.role === "admin";
  }

  /** Is there a session from before? */
  async resume(): Promise<void> {
    this.#state = "asking";
    try {
      this.#open(await this.api.get<Opened>("/session"));
    } catch (error) {
      this.#state = error instanceof Refused && error.status === 401 ? "out" : "unreachable";
    }
  }

  /** Is the open session still good? While the hub cannot be reached it is taken to be. */
  async stands(): Promise<boolean> {
    try {
      this.#open(await this.api.get<Opened>("/session"));
      return true;
    } catch (error) {
      return !(error instanceof Refused && error.status === 401);
    }
  }

  /** Throws what the hub said: wrong credentials, too many attempts. */
  async signIn(email: string, password: string): Promise<void> {
    this.#open(await this.api.post<Opened>("/session", { email, password }));
  }

  async signOut(): Promise<void> {
    await this.api.delete("/session").catch(() => undefined);
    this.#ended = false;
    this.#close();
  }

  /** The hub says that the session is over. */
  end(): void {
    if (this.#state !== "in") return;
    this.#ended = true;
    this.#close();
  }

  #open({ agent, csrf }: Opened): void {
    this.api.csrf = csrf;
    this.#agent = agent;
    this.#ended = false;
    this.#state = "in";
  }

  #close(): void {
    this.api.csrf = null;
    this.#state = "out";
  }
}
