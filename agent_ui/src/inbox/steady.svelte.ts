/** Keeps the rows of the list where they are while somebody points at them or moves through them with the keys. */
import { untrack } from "svelte";
import type { Work } from "../live/types.ts";
import type { Group } from "./order.ts";

const STILL_MS = 1_000;

/** The order that is shown while it may not change: rows keep their place, new ones come at the end of their group. Pure. */
export function held(shown: Group[], wanted: Group[]): Group[] {
  const fresh = new Map(wanted.flatMap((group) => group.work).map((work) => [work.id, work]));
  const known = new Set(shown.flatMap((group) => group.work).map((work) => work.id));
  const kept = shown.map((group) => ({ turn: group.turn, work: group.work.map((work) => fresh.get(work.id) ?? work) }));
  for (const { turn, work } of wanted) {
    const added = work.filter((item) => !known.has(item.id));
    const group = kept.find((one) => one.turn === turn);
    if (group) group.work.push(...added);
    else if (added.length) kept.push({ turn, work: added });
  }
  return kept;
}

export class Steady {
  #wanted: Group[] = [];
  #groups = $state.raw<Group[]>([]);
  #gone = $state.raw<ReadonlySet<string>>(new Set());
  #touched = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get groups(): Group[] {
    return this.#groups;
  }

  /** Rows that are there only so that the others do not move: their work has left the list. */
  gone(work: Work): boolean {
    return this.#gone.has(work.id);
  }

  want(wanted: Group[]): void {
    this.#wanted = wanted;
    // What is shown now is looked at, not followed: the caller follows what is wanted.
    untrack(() => this.#show());
  }

  #show(): void {
    if (Date.now() - this.#touched >= STILL_MS) this.#settle();
    else this.#hold();
  }

  /** The pointer or the keys are at work in the list. */
  touch = (): void => {
    this.#touched = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), STILL_MS);
  };

  close(): void {
    clearTimeout(this.#timer);
  }

  #settle(): void {
    this.#groups = this.#wanted;
    this.#gone = new Set();
  }

  #hold(): void {
    this.#groups = held(this.#groups, this.#wanted);
    const present = new Set(this.#wanted.flatMap((group) => group.work).map((work) => work.id));
    this.#gone = new Set(this.#groups.flatMap((group) => group.work).filter((work) => !present.has(work.id)).map((work) => work.id));
  }
}
