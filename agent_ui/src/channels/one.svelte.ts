/** One channel being administered: what it is, what was tried on it, and what can be done with it. */
import { desk } from "../state/desk.svelte.ts";
import type { HubEvent } from "../live/types.ts";
import type { ChannelDetail, MadeChannel, NewAddress, Opening, StepView, Steps } from "./hub.ts";

export type Act = "check" | "enable" | "disable" | "install" | "uninstall" | "rotate" | "address" | "archive" | "restore";

/** A check asks the provider several times, each with a limit of its own. */
export const CHECK_MS = 60_000;

/** Secrets that the hub made a moment ago. It says them once, so they wait here for the page that shows them. */
const justMade = new Map<string, Record<string, string>>();

export function keepForPage({ channel, generated }: MadeChannel): void {
  if (Object.keys(generated).length) justMade.set(channel.id, generated);
}

export class OneChannel {
  #detail = $state.raw<ChannelDetail | null>(null);
  #error = $state.raw<unknown>(null);
  #steps = $state.raw<StepView[] | null>(null);
  #going = $state<Act | null>(null);
  #failed = $state.raw<{ act: Act; error: unknown } | null>(null);
  #made = $state.raw<Record<string, string>>({});
  /** It was seen waiting for its first message, on this page. */
  #waited = $state(false);
  /** Why it did not open when it was switched on. */
  #problem = $state("");

  constructor(readonly id: string) {
    this.#made = justMade.get(id) ?? {};
    justMade.delete(id);
  }

  get detail(): ChannelDetail | null {
    return this.#detail;
  }

  get error(): unknown {
    return this.#error;
  }

  get steps(): StepView[] | null {
    return this.#steps;
  }

  get going(): Act | null {
    return this.#going;
  }

  get failed(): { act: Act; error: unknown } | null {
    return this.#failed;
  }

  get made(): Record<string, string> {
    return this.#made;
  }

  get waited(): boolean {
    return this.#waited;
  }

  get problem(): string {
    return this.#problem;
  }

  async load(): Promise<void> {
    try {
      this.put(await desk.api.get<ChannelDetail>(`/channels/${this.id}`));
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  put(detail: ChannelDetail): void {
    this.#detail = detail;
    if (detail.waiting_first) this.#waited = true;
  }

  /** What the socket tells is newer than what was fetched. */
  apply({ type, data }: HubEvent): void {
    if (type !== "channel.changed" || data.id !== this.id || !this.#detail) return;
    this.put({ ...this.#detail, ...data });
    if (data.state === "up") this.#problem = "";
  }

  forget(): void {
    this.#made = {};
  }

  check = () => this.#do("check", async () => void (this.#steps = (await this.#post<Steps>("check")).steps));
  install = () => this.#do("install", async () => void (this.#steps = (await this.#post<Steps>("install")).steps));
  uninstall = () => this.#do("uninstall", async () => void (this.#steps = (await this.#post<Steps>("uninstall")).steps));
  disable = () => this.#do("disable", async () => this.put(await this.#post<ChannelDetail>("disable")));
  archive = () => this.#do("archive", async () => this.put(await this.#post<ChannelDetail>("archive")));
  restore = () => this.#do("restore", async () => this.put(await this.#post<ChannelDetail>("restore")));

  enable = () =>
    this.#do("enable", async () => {
      const { channel, open, problem } = await this.#post<Opening>("enable");
      this.#problem = open ? "" : problem;
      this.put(channel);
    });

  rotate = (secret: string) =>
    this.#do("rotate", async () => {
      const { channel, generated } = await this.#post<MadeChannel>("rotate", { secret });
      this.#made = generated;
      this.put(channel);
    });

  newAddress = () =>
    this.#do("address", async () => {
      const { channel, steps } = await this.#post<NewAddress>("rotate-address");
      if (steps.length) this.#steps = steps;
      this.put(channel);
    });

  #post<T>(verb: string, body: unknown = {}): Promise<T> {
    return desk.api.post<T>(`/channels/${this.id}/${verb}`, body, CHECK_MS);
  }

  /** One thing at a time; what the hub refused is kept until the next one. */
  async #do(act: Act, work: () => Promise<void>): Promise<void> {
    if (this.#going) return;
    [this.#going, this.#failed] = [act, null];
    try {
      await work();
    } catch (error) {
      this.#failed = { act, error };
    } finally {
      this.#going = null;
    }
  }
}
