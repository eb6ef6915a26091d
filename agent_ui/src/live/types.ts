/** The shapes the hub sends and takes: objects of the HTTP contract and events of the socket. Times are ISO-8601 in UTC, ids are UUIDs. */

export type Role = "agent" | "supervisor" | "admin";
export type Locale = "es" | "en";
export type Labels = Record<Locale, string>;

export interface Named {
  id: string;
  name: string;
}

export interface Agent extends Named {
  email: string;
  role: Role;
  locale: Locale;
}

export interface Person {
  kind: "human" | "bot" | "system" | "customer";
  id: string | null;
  name: string;
}

export interface ChannelRef extends Named {
  connector: string;
}

export interface Limits {
  text?: number | null;
  html?: boolean;
  subject?: boolean;
  copies?: boolean;
  attachments?: number | null;
  attachment_bytes?: number | null;
}

export type ChannelState = "up" | "degraded" | "down";

export interface Channel extends ChannelRef {
  enabled?: boolean;
  state?: ChannelState;
  kind?: string;
  icon?: string;
  limits?: Limits;
  /** Since when it is in this state, and the provider's own words about it. */
  since?: string | null;
  detail?: string;
  last_in_at?: string | null;
  last_out_at?: string | null;
  /** Messages that wait to leave; deliveries that could not be read. */
  queued?: number;
  quarantined?: number;
}

export interface Attachment extends Named {
  content_type: string;
  size: number;
  inline: boolean;
}

export interface Address {
  kind: string;
  value: string;
  name?: string | null;
}

export type MessageState =
  | "received" | "saved" | "queued" | "sending" | "sent" | "delivered" | "read" | "unknown" | "failed" | "canceled";

export interface Message {
  id: string;
  number: number;
  at: string;
  direction: "in" | "out" | "note";
  topic: string | null;
  channel: ChannelRef | null;
  text: string;
  state: MessageState;
  customer: string;
  author: Person;
  subject: string | null;
  has_html: boolean;
  attachments: Attachment[];
  address: Address | null;
  error: { code: string; detail?: string | null } | null;
  state_at: string | null;
  reply_to: string | null;
  send_at: string | null;
  context: Record<string, unknown> | null;
  mentions: string[];
}

export interface ThreadEvent {
  position: number;
  at: string;
  type: string;
  actor: Person;
  data: Record<string, unknown>;
}

/** One cause. `left_s` is what is left, `for_s` how long it has been; `have` and `need` count units, items or levels; `name` is what is meant. */
export interface Reason {
  code: string;
  agent?: Named | null;
  left_s?: number;
  for_s?: number;
  name?: string;
  have?: number;
  need?: number;
  among?: number;
}

export interface Preview {
  direction: "in" | "out" | "note";
  text: string;
  at: string;
}

export interface TopicRef {
  id: string;
  code: string;
  subject: string | null;
}

export interface Work {
  id: string;
  state: string;
  queue: Named;
  channel: ChannelRef;
  customer: Named;
  topic: TopicRef | null;
  agent: Named | null;
  waited_s: number;
  first_queued_at: string;
  reasons: Reason[];
  preview: Preview | null;
  turn: "agent" | "customer";
  turn_since: string | null;
  unread: number;
  wrap_until: string | null;
  due_at: string | null;
  priority: number;
}

export interface Offer {
  id: string;
  work: string;
  customer: Named;
  queue: Named;
  channel: ChannelRef;
  created_at: string;
  expires_at: string;
  waited_s: number;
  first_queued_at: string;
  why: Reason | null;
  preview: Preview | null;
  subject: string | null;
}

export interface OfferEnd {
  id: string;
  work: string;
  outcome: "accepted" | "rejected" | "timed_out" | "rescinded" | "canceled";
  by: Named | null;
}

export interface ChannelLoad {
  kind: string;
  on: boolean;
  items: number;
  max: number;
}

export interface Status {
  activity: string;
  since: string;
  routing_status: string;
  units: { used: number; max: number };
  channels: ChannelLoad[];
  after_work: string | null;
}

export interface Activity {
  id: string;
  label: Labels;
  routable: boolean;
}

export interface WrapUpCode {
  id: string;
  label: Labels;
}

export interface Identity {
  id: string;
  customer: string;
  kind: string;
  value: string;
  name: string | null;
  proved: boolean;
  evidence: string;
  at: string;
}

export interface Field {
  id: string;
  label: Labels;
  kind: "text" | "number" | "date" | "yes_no" | "choice" | "link";
  value: unknown;
  choices?: string[];
}

export interface Topic extends TopicRef {
  state: "open" | "closed";
  channel: ChannelRef | null;
  queue: Named | null;
  agent: Named | null;
  opened_at: string;
  closed_at: string | null;
  last_at: string | null;
}

export interface Commitment {
  id: string;
  text: string;
  due_at: string | null;
  by: Person;
  done_at: string | null;
  topic: string | null;
  customer?: Named;
}

export interface Reach {
  channel: ChannelRef;
  address: Address;
  /** The customer used it last. */
  last: boolean;
  /** The address is only said to be this customer's: nobody has written from it. */
  claimed?: boolean;
  limits: Limits;
  state: ChannelState;
  undo_s: number;
}

export interface Suggestion {
  customer: Named;
  score: number;
  evidence: string[];
}

export interface Join {
  id: string;
  customer: Named;
  at: string;
  by: Person;
  evidence: string;
}

export interface Customer extends Named {
  created_at: string;
  locale: string | null;
  fields: Field[];
  tags: string[];
  identities: Identity[];
  claims: { kind: string; value: string; at: string }[];
  figures: { messages: number; topics: number; first_at: string | null; last_at: string | null; preferred_channel: ChannelRef | null };
  suggestions: Suggestion[];
  joins: Join[];
  topics: Topic[];
  commitments: Commitment[];
  reach: Reach[];
}

export interface CustomerRow extends Named {
  identities: { kind: string; value: string }[];
}

export interface Draft {
  kind: "reply" | "note";
  text: string;
  channel: string | null;
  topic: string | null;
  subject: string | null;
}

export interface ConversationPage {
  customer: Named;
  messages: Message[];
  events: ThreadEvent[];
  next: string | null;
  read: number;
  draft: Draft | null;
  viewers: Named[];
}

/** What the composer hands over: sent as it is to `POST /customers/{id}/messages`. `id` is made here and makes sending again harmless. */
export interface NewMessage {
  id: string;
  kind: "reply" | "note";
  channel: string | null;
  text: string;
  address?: string;
  topic?: string;
  subject?: string;
  cc?: string[];
  bcc?: string[];
  html?: string;
  attachments?: string[];
  reply_to?: string;
  send_at?: string;
  mentions?: string[];
}

export interface QueueLoad extends Named {
  waiting: number;
  longest_wait_s: number | null;
  members: number;
  available: number;
}

export interface Colleague extends Named {
  kind?: "human" | "bot" | "system";
  email?: string;
  enabled?: boolean;
  role: Role;
  routing_status: string;
  activity: string | null;
  free_units: number;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Snapshot {
  me: { agent: Agent; status: Status };
  offers: Offer[];
  work: Work[];
  queues: QueueLoad[];
  channels: Channel[];
}

/** One thing that happened. `position` is null for what is not kept (typing, viewing, counters). */
export interface HubEvent {
  position: number | null;
  type: string;
  at: string;
  data: unknown;
}
