// What travels between the chat bubble and the hub's /visitor namespace. The hub writes numbers; nothing here draws its own.

/** A file that belongs to a message. `url` is relative to the hub and signed for a short time. */
export interface Attachment {
  id: string;
  name: string;
  content_type: string;
  size: number;
  url?: string;
}

/** One message as the visitor may see it; `number` only grows, with gaps. `at` is ISO-8601 UTC. */
export interface VisitorMessage {
  id: string;
  number: number;
  at: string;
  from: "visitor" | "agent" | "system";
  name: string;
  text: string;
  attachments: Attachment[];
  state: "received" | "sent" | "delivered" | "read" | "canceled";
  channel: string;
}

/** Where the visitor stands. `read_to` is the number up to which the company has read. */
export interface VisitorState {
  phase: "new" | "queued" | "talking" | "closed";
  position: number | null;
  expected_wait_s: number | null;
  agent: { name: string } | null;
  read_to: number;
}

export interface Brand {
  name: string;
  color: string | null;
  logo: string | null;
}
export interface Hours {
  open: boolean;
  opens_at: string | null;
}

/** The answer to `hello`: `messages` are those with a number greater than the `after` that was asked for. */
export interface Welcome {
  token: string;
  visitor: string;
  brand: Brand;
  hours: Hours;
  messages: VisitorMessage[];
  state: VisitorState;
  /** Why the shop's token was not believed; null when it was, or there was none. */
  identity?: string | null;
}

export interface Refusal {
  code: string;
  message: string;
}
export interface Receipt {
  id: string;
  number: number;
  at: string;
}
export type Ack<T> = T | { error: Refusal };

export type ServerEvent =
  | { type: "message"; data: VisitorMessage }
  | { type: "message.changed"; data: { id: string; state: VisitorMessage["state"] } }
  | { type: "state"; data: VisitorState }
  | { type: "typing"; data: { on: boolean; name: string } };
