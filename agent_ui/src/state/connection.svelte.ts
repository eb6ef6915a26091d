/** Whether the hub can hear us, and since when not. */
import { clock } from "./clock.svelte.ts";

/** A short cut heals by itself; to speak of each one would be noise. */
const SPEAKS_AFTER_MS = 1_500;

export class Connection {
  #lostAt = $state<number | null>(null);
  #everReady = $state(false);
  #degraded = $state(false);

  get online(): boolean {
    return this.#lostAt === null && this.#everReady;
  }

  /** When we noticed (milliseconds), or null while all is well or the cut is still short. */
  get lostSince(): number | null {
    return this.#lostAt !== null && clock.now - this.#lostAt >= SPEAKS_AFTER_MS ? this.#lostAt : null;
  }

  /** The hub itself misses something (its database) and cannot take what we send. */
  get degraded(): boolean {
    return this.#degraded;
  }

  ready(): void {
    this.#everReady = true;
    this.#lostAt = null;
  }

  lost(): void {
    this.#lostAt ??= Date.now();
  }

  hub(able: boolean): void {
    this.#degraded = !able;
  }
}
