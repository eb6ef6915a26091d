// The visitor's own words until the hub has them: what waits, in which order, and what an answer does to it. Pure.

import type { Attachment, Refusal } from "./contract.ts";

/** `written` orders the queue: milliseconds, made unique within a tab. A refused one waits for the visitor, not for the network. */
export interface Pending {
  id: string;
  text: string;
  attachments: Attachment[];
  written: number;
  refused: Refusal | null;
}

/** Refusals that pass by themselves: the same message with the same id is tried again. */
const PASSING = new Set(["too_fast", "not_now", "not_connected", "hello_first"]);

const LONGEST_PAUSE_MS = 30_000;

export function write(id: string, text: string, attachments: Attachment[], now: number, queue: readonly Pending[]): Pending {
  const last = queue.reduce((latest, item) => Math.max(latest, item.written), 0);
  return { id, text, attachments, written: Math.max(now, last + 1), refused: null };
}

export function inOrder(queue: readonly Pending[]): Pending[] {
  return [...queue].sort((a, b) => a.written - b.written || (a.id < b.id ? -1 : 1));
}

/** The next one to send: the oldest that the hub has not refused for good. */
export function next(queue: readonly Pending[]): Pending | undefined {
  return inOrder(queue).find((item) => !item.refused);
}

export function isPassing(refusal: Refusal): boolean {
  return PASSING.has(refusal.code);
}

/** Milliseconds before try number `tries` (1, 2, …): 1 s, doubling, at most 30 s. */
export function pause(tries: number): number {
  return Math.min(1000 * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE_MS);
}
