/** Tells the other side that somebody is writing: at the first key, again every few seconds, and when it stops. */

const AGAIN_MS = 3_000;
const STILL_MS = 5_000;

export class Typist {
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (on: boolean) => void) {}

  /** A key was pressed; `some` says whether any text is left. */
  typed(some: boolean): void {
    if (!some) return this.stop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), STILL_MS);
    if (Date.now() - this.#told < AGAIN_MS) return;
    this.#told = Date.now();
    this.tell(true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#told) this.tell(false);
    this.#told = 0;
  }
}
