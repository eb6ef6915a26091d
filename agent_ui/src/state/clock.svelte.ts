/** The time, once a second, as the hub's clock has it: countdowns must not depend on how well a computer's clock is set. */

const IGNORED_MS = 2_000;

class Clock {
  #now = $state(Date.now());
  #offset = 0;

  constructor() {
    setInterval(() => this.#tick(), 1_000);
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  /** Milliseconds since 1970. Reading it in a component makes that component follow the seconds. */
  get now(): number {
    return this.#now;
  }

  /** Compares with the time that the hub says. Small differences are the way of the network and are left alone. */
  compare(hub: number): void {
    const difference = hub - Date.now();
    this.#offset = Math.abs(difference) > IGNORED_MS ? difference : 0;
  }

  #tick(): void {
    if (!document.hidden) this.#now = Date.now() + this.#offset;
  }
}

export const clock = new Clock();
