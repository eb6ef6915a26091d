/** What a queue answers by itself while somebody changes it: nothing is kept before it is saved, and how it would be is shown all the time. */
import { Refused } from "../../live/api.ts";
import { desk } from "../../state/desk.svelte.ts";
import type { Answers, AnswersPreview, AnswersTried } from "../hub.ts";
import { draftOf, placeOf, type Draft, type Place } from "./hours.ts";

const PAUSE_MS = 400;
const TRIAL_MS = 45_000;

export class AnswersForm {
  given = $state<Draft>() as Draft;
  kept = $state.raw<Answers>() as Answers;
  preview = $state.raw<AnswersPreview | null>(null);
  error = $state.raw<unknown>(null);
  going = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(kept: Answers) {
    [this.kept, this.given] = [kept, draftOf(kept)];
  }

  get changed(): boolean {
    return JSON.stringify(this.given) !== JSON.stringify(draftOf(this.kept));
  }

  /** Where the hub found something wrong. */
  get places(): Place[] {
    return this.error instanceof Refused ? Object.keys(this.error.fields).map(placeOf) : [];
  }

  /** Asks how it would be, a moment after the last change. The last question's answer counts. */
  look(): void {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const given = $state.snapshot(this.given);
    this.#timer = setTimeout(async () => {
      try {
        const shown = await desk.api.post<AnswersPreview>(`${this.#path}/preview`, given);
        if (turn === this.#turn) [this.preview, this.error] = [shown, null];
      } catch (error) {
        if (turn === this.#turn) this.error = error;
      }
    }, this.preview ? PAUSE_MS : 0);
  }

  /** Keeps it; what was kept before is answered, for whoever wants it back. Null when it was refused. */
  async save(given: Draft = this.given): Promise<Draft | null> {
    const before = draftOf(this.kept);
    this.going = true;
    try {
      this.kept = await desk.api.put<Answers>(this.#path, $state.snapshot(given));
      [this.given, this.error] = [draftOf(this.kept), null];
      return before;
    } catch (error) {
      this.error = error;
      return null;
    } finally {
      this.going = false;
    }
  }

  discard(): void {
    [this.given, this.error] = [draftOf(this.kept), null];
  }

  trial(what: "acknowledged" | "closed", language: string): Promise<AnswersTried> {
    return desk.api.post<AnswersTried>(`${this.#path}/trial`, { what, language }, TRIAL_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  get #path(): string {
    return `/queues/${this.kept.queue.id}/answers`;
  }
}
