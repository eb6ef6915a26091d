/** The order of the list: first what waits for the agent; inside, what falls due first, then what has waited longest. Pure. */
import type { Work } from "../live/types.ts";

export interface Group {
  turn: "agent" | "customer";
  work: Work[];
}

export function inTurnOrder(work: Work[]): Group[] {
  const turns: Group["turn"][] = ["agent", "customer"];
  return turns
    .map((turn) => ({ turn, work: work.filter((item) => item.turn === turn).sort(byUrgency) }))
    .filter((group) => group.work.length > 0);
}

/** What waits in queues is one group, in the order in which it came. */
export function inOrderOfArrival(work: Work[]): Group[] {
  const sorted = [...work].sort((one, other) => compare(one.first_queued_at, other.first_queued_at) || one.id.localeCompare(other.id));
  return sorted.length ? [{ turn: "agent", work: sorted }] : [];
}

export function byUrgency(one: Work, other: Work): number {
  return (
    compare(one.wrap_until, other.wrap_until) ||
    compare(one.due_at, other.due_at) ||
    compare(one.turn_since ?? one.first_queued_at, other.turn_since ?? other.first_queued_at) ||
    one.id.localeCompare(other.id)
  );
}

/** Earlier first; what has no moment comes last. */
function compare(one: string | null, other: string | null): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other ? -1 : 1;
}
