/** The rows of a thread, top to bottom: day headings, messages, what happened between them, what still waits to go. Pure. */
import type { Aside, Message, Person, ThreadEvent } from "../live/types.ts";
import type { Waiting } from "../state/outbox.svelte.ts";

export type Row =
  | { key: string; kind: "day"; at: string }
  | { key: string; kind: "unread" }
  | { key: string; kind: "message"; message: Message }
  | { key: string; kind: "held"; run: string; count: number }
  | { key: string; kind: "event"; event: ThreadEvent }
  | { key: string; kind: "aside"; aside: Aside }
  | { key: string; kind: "waiting"; waiting: Waiting }
  | { key: string; kind: "typing"; who: Person };

export interface Contents {
  /** In the order of their numbers. */
  messages: Message[];
  events: ThreadEvent[];
  asides?: Aside[];
  waiting: Waiting[];
  typing: Person[];
  /** The message above which the agent had read everything, when there is one. */
  unread: string | null;
  /** The rows of many messages at once that were opened. */
  opened?: ReadonlySet<string>;
}

export function rows({ messages, waiting, typing, unread, opened, asides = [], ...rest }: Contents): Row[] {
  const told = [...rest.events].sort((one, other) => one.position - other.position).map((event) => ({ at: event.at, row: eventRow(event) }));
  const between = [...told, ...asides.map((aside) => ({ at: aside.at, row: asideRow(aside) }))].sort((one, other) => one.at.localeCompare(other.at));
  const found: Row[] = [];
  let day = "";
  const begin = (at: string) => {
    const next = dayOf(at);
    if (next !== day) found.push({ key: `day:${next}`, kind: "day", at });
    day = next;
  };
  let next = 0;
  /** The first of the messages that came too fast and stand as one row. */
  let run = "";
  for (const message of messages) {
    for (; next < between.length && between[next]!.at < message.at; next += 1) {
      begin(between[next]!.at);
      found.push(between[next]!.row);
    }
    begin(message.at);
    if (message.id === unread) found.push({ key: "unread", kind: "unread" });
    run = message.context?.["held"] ? run || `held:${message.id}` : "";
    const last = found.at(-1);
    if (!run || opened?.has(run)) found.push({ key: message.id, kind: "message", message });
    else if (last?.kind === "held") last.count += 1;
    else found.push({ key: run, kind: "held", run, count: 1 });
  }
  for (const { at, row } of between.slice(next)) {
    begin(at);
    found.push(row);
  }
  return once([...found, ...waitingRows(messages, waiting), ...typing.map(typingRow)]);
}

/** The first message of someone else after the one read last; null when nothing is new, or nothing was ever read here. */
export function firstUnread(messages: Message[], readTo: number, me: string): string | null {
  if (readTo === 0) return null;
  return messages.find((message) => message.number > readTo && message.author.id !== me)?.id ?? null;
}

/** True when rows were only added above what was there before: the eye must stay where it is. */
export function grewAbove(before: readonly Row[], now: readonly Row[]): boolean {
  const last = before.at(-1);
  return last !== undefined && now.length > before.length && now.at(-1)?.key === last.key && first(now) !== first(before);
}

/** The heading above does not count: an older page may begin on the same day. */
function first(list: readonly Row[]): string | undefined {
  return list.find((row) => row.kind !== "day")?.key;
}

/** A message has one row from the first key to the hub's answer: what the hub has is not shown as waiting as well. */
function waitingRows(messages: Message[], waiting: Waiting[]): Row[] {
  const taken = new Set(messages.map((message) => message.id));
  return waiting.filter((item) => !taken.has(item.message.id)).map((item) => ({ key: item.message.id, kind: "waiting", waiting: item }));
}

function eventRow(event: ThreadEvent): Row {
  return { key: `event:${event.position}:${event.type}`, kind: "event", event };
}

function asideRow(aside: Aside): Row {
  return { key: `aside:${aside.id}`, kind: "aside", aside };
}

function typingRow(who: Person): Row {
  return { key: `typing:${who.kind}:${who.id ?? ""}`, kind: "typing", who };
}

/** Numbers and clocks may disagree about a day (a mail from yesterday that came today): each key stands once. */
function once(list: Row[]): Row[] {
  const seen = new Map<string, number>();
  return list.map((row) => {
    const times = seen.get(row.key) ?? 0;
    seen.set(row.key, times + 1);
    return times ? { ...row, key: `${row.key}:${times}` } : row;
  });
}

function dayOf(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
