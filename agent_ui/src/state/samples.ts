/** Objects as the hub sends them, for the unit tests: whole, and changed where a test needs it. */
import type { HubEvent, Message, Offer, Told, Work } from "../live/types.ts";

const AT = "2026-11-20T10:00:00.000Z";

export function work(id: string, change: Partial<Work> = {}): Work {
  return {
    id, state: "assigned", queue: { id: "q", name: "Pedidos" }, channel: { id: "ch", connector: "webchat", name: "Tienda" },
    customer: { id: `customer-${id}`, name: id }, topic: { id: "t", code: "BYR-9FH", subject: "" }, agent: { id: "me", name: "Ana" }, waited_s: 19, first_queued_at: AT,
    reasons: [], why: null, code: null, note: "", preview: null, turn: "agent", turn_since: AT, unread: 0, asides: 0, wrap_until: null, due_at: null, priority: 0, ...change,
  };
}

export function offer(id: string, change: Partial<Offer> = {}): Offer {
  return {
    id, work: `work-${id}`, agent: "me", customer: { id: "c", name: "Marta" }, queue: { id: "q", name: "Pedidos" }, channel: { id: "ch", connector: "webchat", name: "Tienda" },
    created_at: AT, expires_at: "2026-11-20T10:00:30.000Z", waited_s: 3, first_queued_at: AT, why: null, preview: null, subject: "", due_at: AT, handed: null, ...change,
  };
}

export function message(number: number, change: Partial<Message> = {}): Message {
  return {
    id: `message-${number}`, number, at: AT, direction: "in", topic: "t", channel: null, text: `text ${number}`, state: "received", customer: "c",
    author: { kind: "customer", id: "c", name: "Lucía" }, subject: "", has_html: false, attachments: [], address: null, error: null, state_at: AT,
    reply_to: null, send_at: null, context: {}, mentions: [], reactions: [], edited_at: null, deleted_at: null, location: null,
    contacts: [], choice: null, quoted: null, aside: false, ...change,
  };
}

/** An event with the part of its data that a test is about. */
export function happens<Type extends keyof Told>(type: Type, data: Partial<Told[Type]>, position: number | null = 1): HubEvent {
  return { position, type, at: AT, data } as HubEvent;
}
