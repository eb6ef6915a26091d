// Everything the chat window shows, as one value, and what each event does to it. Pure; applying an event twice changes nothing.

import type { Brand, Hours, Receipt, ServerEvent, VisitorMessage, VisitorState, Welcome } from "./contract.ts";
import { inOrder, type Pending } from "./outbox.ts";

export type Link = "connecting" | "live" | "offline" | "refused";

export interface Conversation {
  link: Link;
  visitor: string | null;
  brand: Brand | null;
  hours: Hours;
  state: VisitorState;
  messages: readonly VisitorMessage[];
  pending: readonly Pending[];
  typing: string | null;
  /** The number up to which the visitor has seen the thread, in any tab. */
  seen: number;
}

export type Event =
  | ServerEvent
  | { type: "welcomed"; data: Welcome }
  | { type: "accepted"; data: Receipt; pending: Pending }
  | { type: "waiting"; data: readonly Pending[] }
  | { type: "link"; data: Link }
  | { type: "seen"; data: number }
  | { type: "forgotten" };

export const NOBODY: VisitorState = { phase: "new", position: null, expected_wait_s: null, agent: null, read_to: 0 };

export function blank(pending: readonly Pending[] = [], seen = 0): Conversation {
  return {
    link: "connecting",
    visitor: null,
    brand: null,
    hours: { open: true, opens_at: null },
    state: NOBODY,
    messages: [],
    pending: inOrder(pending),
    typing: null,
    seen,
  };
}

export function apply(now: Conversation, event: Event): Conversation {
  switch (event.type) {
    case "welcomed":
      return welcomed(now, event.data);
    case "message":
      return arrived({ ...now, typing: event.data.from === "agent" ? null : now.typing }, [event.data]);
    case "message.changed":
      return changed(now, event.data);
    case "state":
      return { ...now, state: event.data };
    case "typing":
      return { ...now, typing: event.data.on ? event.data.name : null };
    case "accepted":
      return arrived(now, [sent(event.pending, event.data)]);
    case "waiting":
      return { ...now, pending: without(event.data, now.messages) };
    case "link":
      return { ...now, link: event.data, typing: event.data === "live" ? now.typing : null };
    case "seen":
      return { ...now, seen: Math.max(now.seen, event.data) };
    case "forgotten":
      return { ...blank(), brand: now.brand, link: now.link };
  }
}

function changed(now: Conversation, { id, state }: { id: string; state: VisitorMessage["state"] }): Conversation {
  const messages = now.messages.map((one) => (one.id === id ? { ...one, state } : one));
  return { ...now, messages: messages.filter((one) => one.state !== "canceled") };
}

/** Another visitor's messages never stay on the screen: a changed identity starts from an empty thread. */
function welcomed(now: Conversation, welcome: Welcome): Conversation {
  const mine = now.visitor === null || now.visitor === welcome.visitor;
  const kept = mine ? now : { ...now, messages: [], seen: 0 };
  const { visitor, brand, hours, state } = welcome;
  return arrived({ ...kept, link: "live", visitor, brand, hours, state }, welcome.messages);
}

function arrived(now: Conversation, fresh: readonly VisitorMessage[]): Conversation {
  const byId = new Map(now.messages.map((one) => [one.id, one]));
  for (const one of fresh) byId.set(one.id, one);
  const messages = [...byId.values()].sort((a, b) => a.number - b.number);
  return { ...now, messages, pending: without(now.pending, messages) };
}

function without(pending: readonly Pending[], messages: readonly VisitorMessage[]): Pending[] {
  const known = new Set(messages.map((one) => one.id));
  return inOrder(pending.filter((one) => !known.has(one.id)));
}

/** What a pending message becomes with the number that the hub gave it. */
export function sent(pending: Pending, receipt: Receipt): VisitorMessage {
  const { id, text, attachments } = pending;
  return {
    id,
    number: receipt.number,
    at: receipt.at,
    from: "visitor",
    name: "",
    text,
    attachments,
    state: "received",
    channel: "webchat",
  };
}

export function lastNumber(now: Conversation): number {
  return now.messages.at(-1)?.number ?? 0;
}

export function unread(now: Conversation): VisitorMessage[] {
  return now.messages.filter((one) => one.from === "agent" && one.number > now.seen && one.state !== "read");
}

/** Whether the company has read a message of the visitor's: by its own mark, or by the mark of the whole thread. */
export function isRead(now: Conversation, message: VisitorMessage): boolean {
  return message.state === "read" || message.number <= now.state.read_to;
}
