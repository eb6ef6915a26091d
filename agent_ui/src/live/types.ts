/** The shapes the hub sends and takes: objects of the HTTP contract and events of the socket. Times are ISO-8601 in UTC, ids are UUIDs.
 *  What also comes over the socket is made from `hub.ts`, which the hub writes: a change there that we cannot read does not compile. */
import type * as hub from "./hub.ts";

/** The same shape, told more exactly: only fields that it has, only words that it allows. */
type Exactly<Shape, Told extends { [Key in keyof Told]: Key extends keyof Shape ? Shape[Key] : never }> = Omit<Shape, keyof Told> & Told;

export type Role = "agent" | "supervisor" | "admin";
export type Locale = "es" | "en";
export type Labels = Record<Locale, string>;

export type Named = hub.Named;

export interface Agent extends Named {
  email: string;
  role: Role;
  locale: Locale;
}

export type Person = hub.Person;

export type ChannelRef = hub.ChannelRef;

export type Unit = "characters" | "utf16" | "utf8" | "gsm7";

/** What a channel can carry. `text`: the most of one part, counted in `text_unit`, 0 for no limit; `parts`: into how many it may be cut.
 *  `media_types`: what is shown as such (empty: all), `media_bytes`: how large by kind of file; the rest goes as a link. */
export interface Limits {
  text?: number | null;
  text_unit?: string;
  parts?: number;
  media_types?: string[];
  media_bytes?: Record<string, number>;
  buttons?: number;
  quotes?: boolean;
  reactions?: boolean;
  /** The signs that a reaction may be; empty for all. */
  emojis?: string[];
  edits?: boolean;
  deletions?: boolean;
  templates?: boolean;
  html?: boolean;
  subject?: boolean;
  copies?: boolean;
  attachments?: number | null;
  attachment_bytes?: number | null;
  /** What writing first takes: `opt_in`, or nothing. */
  consent?: string;
}

export type ChannelState = "up" | "degraded" | "down";

export interface Channel extends ChannelRef {
  enabled?: boolean;
  state?: ChannelState;
  kind?: string;
  icon?: string;
  limits?: Limits;
  /** both (receives and sends), receives, records. */
  does?: string;
  /** Since when it is in this state, and the provider's own words about it. */
  since?: string | null;
  detail?: string;
  last_in_at?: string | null;
  last_out_at?: string | null;
  /** Messages that wait to leave; deliveries that could not be read. */
  queued?: number;
  quarantined?: number;
}

export type Attachment = hub.Attachment;

export interface Address {
  kind: string;
  value: string;
  name?: string | null;
}

export type MessageState =
  | "received" | "saved" | "queued" | "sending" | "sent" | "delivered" | "read" | "unknown" | "failed" | "canceled";

export type Message = Omit<PushedMessage, "root" | "customer_name">;

/** A message as the socket tells it: with the conversation where it stands. */
export type PushedMessage = Exactly<hub.PushedMessage, { state: MessageState; error: { code: string; detail?: string | null } | null }>;

export type ThreadEvent = Omit<hub.RootedEvent, "root">;

/** One cause. `left_s` is what is left, `for_s` how long it has been; `have` and `need` count units, items or levels; `name` is what is meant. */
export type Reason = hub.Reason;

export type Preview = Exactly<hub.Preview, { direction: hub.PushedMessage["direction"] }>;

export type TopicRef = hub.TopicRef;

export type Work = Exactly<hub.Work, { turn: "agent" | "customer"; preview: Preview | null }>;

export type Offer = Exactly<hub.Offer, { preview: Preview | null }>;

/** A note in which this agent was mentioned. */
export interface Mention {
  message: string;
  number: number;
  at: string;
  text: string;
  customer: Named;
  author: Named | null;
  unread: boolean;
}

export type OfferEnd = Exactly<hub.OfferEnd, { outcome: "accepted" | "rejected" | "timed_out" | "rescinded" | "canceled" }>;

export type ChannelLoad = hub.ChannelLoad;

export type Status = Omit<hub.Status, "agent">;

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

export type Topic = Exactly<Omit<hub.TopicChanged, "root">, { state: "open" | "closed" }>;

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
  /** What may be written now (`tagged`: by a person only), and until when; null for ever. */
  window?: { allows: "free" | "tagged" | "template" | "closed"; until: string | null };
  /** What the customer last said about hearing from this channel; `by`: the colleague who wrote it down. */
  consent?: { given: boolean; reason: string; at: string; by?: Named | null } | null;
  /** Nothing may be written before the customer has agreed, or written. */
  needs_consent?: boolean;
  /** What was sent there last came back, and nothing has come from there since. */
  unreachable?: { why: string; at: string } | null;
}

/** A text that the provider has approved, with `{{1}}` or `{{name}}` where a variable goes. */
export interface Template {
  name: string;
  language: string;
  text: string;
  variables: string[];
  state: "approved" | "pending" | "rejected" | "paused";
  examples: Record<string, string>;
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
  /** Channels that the customer is not on yet and can be invited to. */
  invitable?: ChannelRef[];
}

export interface CustomerRow extends Named {
  identities: { kind: string; value: string }[];
}

/** What was moved: the move (to undo it), and the topic and customer where it is now. */
export interface Moved {
  move: string;
  topic: { id: string; code: string; subject: string };
  customer: string;
}

/** A question beside a matter: to somebody outside by mail, or to colleagues. */
export type Aside = hub.Aside;

/** `read`: how far this agent has read each, by its id. */
export interface AsideList {
  items: Aside[];
  read: Record<string, number>;
}

export interface AsidePage {
  aside: Aside;
  messages: Message[];
}

export interface Draft {
  kind: "reply" | "note";
  text: string;
  channel: string | null;
  topic: string | null;
  subject: string | null;
  html?: string;
}

export interface ConversationPage {
  customer: Named;
  messages: Message[];
  events: ThreadEvent[];
  next: string | null;
  read: number;
  draft: Draft | null;
  viewers: Named[];
  /** All that waits for its time, wherever it stands in the thread. */
  scheduled?: Message[];
}

/** What the composer hands over: sent as it is to `POST /customers/{id}/messages`. `id` is made here and makes sending again harmless. */
export interface NewMessage {
  id: string;
  kind: "reply" | "note";
  channel: string | null;
  text: string;
  address?: { kind: string; value: string };
  topic?: string;
  subject?: string;
  cc?: string[];
  bcc?: string[];
  html?: string;
  attachments?: string[];
  reply_to?: string;
  send_at?: string;
  mentions?: string[];
  choices?: { id: string; title: string }[];
  template?: { name: string; language: string; variables: Record<string, string> };
  /** With the signature below; with that message quoted below; with that message passed on to somebody else. */
  signed?: boolean;
  quote?: string;
  forward?: Forward;
  /** It begins a matter of its own. */
  opens?: boolean;
  /** In which zone times are told that stand in a quotation. */
  zone?: string;
}

export interface Forward {
  message: string;
  files: boolean;
  html: boolean;
}

/** The signatures of one brand: as they were written, and the one below this agent's mails, filled in. */
export interface Signature {
  brand: Named;
  channels: string[];
  html: string;
  own: string;
  text: string;
  shown: string;
}

/** What one has to know to write mail. */
export interface Signatures {
  items: Signature[];
  /** What the agent is, as customers read it. */
  title: string;
  /** Our own mail addresses. */
  addresses: string[];
}

export type QueueLoad = hub.QueueLoad;

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

/** What the socket tells: type of an event → its data. */
export type Told = Exactly<
  hub.SocketEvents,
  {
    "message.created": PushedMessage;
    "message.changed": PushedMessage;
    "aside.changed": { aside: Aside; message: PushedMessage | null };
    "offer.created": Offer;
    "offer.ended": OfferEnd;
    "work.changed": Work;
    "channel.changed": Exactly<hub.ChannelTile, { state: ChannelState }>;
  }
>;

/** One thing that happened. `position` is null for what is not kept (typing, viewing, counters). */
export type HubEvent = { [Type in keyof Told]: { position: number | null; type: Type; at: string; data: Told[Type] } }[keyof Told];
