/** The agent's own status: activity, load, what comes in. Changes show at once and go back when the hub refuses them. */
import type { Api } from "../live/api.ts";
import type { HubEvent, Status } from "../live/types.ts";

export interface StatusChange {
  activity?: string;
  channels?: Record<string, boolean>;
  after_work?: string | null;
}

export class OwnStatus {
  #now = $state.raw<Status | null>(null);
  #pending = $state(false);

  constructor(private readonly api: Pick<Api, "put">, private readonly me: () => string) {}

  get now(): Status | null {
    return this.#now;
  }

  /** A change has been pressed and the hub has not yet answered. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Not responding: an offer ran out, and nothing more comes until the agent says that he or she is there. */
  get missed(): boolean {
    return this.#now?.routing_status === "not_responding";
  }

  reset(status: Status): void {
    this.#now = status;
  }

  apply(event: HubEvent): void {
    if (event.type !== "status.changed") return;
    const { agent, ...status } = event.data;
    if (agent === this.me()) this.#now = status;
  }

  async change(change: StatusChange): Promise<void> {
    const before = this.#now;
    if (before) this.#now = changed(before, change);
    this.#pending = true;
    try {
      this.#now = await this.api.put<Status>("/me/status", change);
    } catch (error) {
      this.#now = before;
      throw error;
    } finally {
      this.#pending = false;
    }
  }
}

/** The status as it will be once the hub agrees. Pure. */
export function changed(status: Status, { activity, channels, after_work }: StatusChange): Status {
  return {
    ...status,
    ...(activity ? { activity, since: new Date().toISOString() } : {}),
    ...(after_work === undefined ? {} : { after_work }),
    channels: status.channels.map((channel) => ({ ...channel, on: channels?.[channel.kind] ?? channel.on })),
  };
}
