/** The shapes of the hub's events. Written by `python -m hub.reference typescript` from hub/events.py; not by hand. */

export interface AddressView {
  kind: string;
  value: string;
  name: string;
}

export interface AlarmView {
  id: string;
  kind: "loop";
  address: string;
  count: number;
  raised_at: string;
  settled_at: string | null;
  settled_by: string;
  customer: Named;
  topic: string;
  code: string;
  channel: ChannelRef;
}

export interface Aside {
  id: string;
  topic: string;
  root: string;
  state: "answered" | "canceled" | "done" | "waiting";
  at: string;
  state_at: string;
  by: Named;
  subject: string;
  address: AddressView | null;
  other: string | null;
  channel: ChannelRef | null;
  colleagues: Named[];
  last: LastWords;
  messages: number;
  heard: number;
}

export interface AsideChanged {
  aside: Aside;
  message: PushedMessage | null;
}

export interface Attachment {
  id: string;
  name: string;
  content_type: string;
  size: number;
  inline: boolean;
  kind: "audio" | "file" | "image" | "sticker" | "video" | "voice";
  state: "failed" | "here" | "waiting";
  problem: string;
}

export interface ChannelLimits {
  text: number;
  text_unit: string;
  html: boolean;
  subject: boolean;
  copies: boolean;
  attachments: number;
  attachment_bytes: number;
}

export interface ChannelLoad {
  kind: string;
  on: boolean;
  items: number;
  max: number;
}

export interface ChannelRef {
  id: string;
  connector: string;
  name: string;
}

export interface ChannelTile {
  id: string;
  connector: string;
  name: string;
  kind: string;
  icon: string;
  enabled: boolean;
  archived: boolean;
  state: string;
  since: string | null;
  detail: string;
  last_in_at: string | null;
  last_out_at: string | null;
  queued: number;
  quarantined: number;
  limits: ChannelLimits;
  does: string;
  expires_at: string | null;
  quota: string;
  waiting_first: boolean;
  waiting_until: string | null;
}

export interface ChoiceView {
  id: string;
  title: string;
}

export interface ContactView {
  name: string;
  phones: string[];
  emails: string[];
}

export interface CustomerChanged {
  id: string;
}

export interface Degraded {
  what: string;
  since: string;
}

export interface Ended {
  reason: string;
}

export interface FamilyChanged {
  join: string;
  root: string;
  customer: string;
}

export interface FloodAlarm {
  customer: Named;
}

export interface Handover {
  by: Named;
  note: string;
}

export interface LastWords {
  id: string;
  text: string;
  direction: "in" | "note" | "out";
  who: string;
  at: string;
  state: string;
  error: Record<string, unknown> | null;
}

export interface LocationView {
  latitude: number;
  longitude: number;
  name: string;
  address: string;
}

export interface MessagesGone {
  root: string;
  messages: string[];
}

export interface Named {
  id: string;
  name: string;
}

export interface Nothing {
}

export interface Offer {
  id: string;
  work: string;
  agent: string;
  customer: Named;
  queue: Named;
  channel: ChannelRef;
  created_at: string;
  expires_at: string;
  waited_s: number;
  first_queued_at: string;
  why: Reason | null;
  preview: Preview | null;
  subject: string;
  due_at: string;
  handed: Handover | null;
}

export interface OfferEnd {
  id: string;
  work: string;
  outcome: string;
  by: Named | null;
}

export interface Person {
  kind: "bot" | "customer" | "human" | "system";
  id: string | null;
  name: string;
}

export interface Preview {
  direction: string;
  text: string;
  at: string;
  author: Named | null;
}

export interface PushedMessage {
  id: string;
  number: number;
  at: string;
  direction: "in" | "note" | "out";
  topic: string;
  channel: ChannelRef | null;
  text: string;
  state: string;
  customer: string;
  author: Person;
  subject: string;
  has_html: boolean;
  attachments: Attachment[];
  address: AddressView | null;
  error: Record<string, unknown> | null;
  state_at: string;
  reply_to: string | null;
  send_at: string | null;
  context: Record<string, unknown>;
  mentions: string[];
  reactions: ReactionView[];
  edited_at: string | null;
  deleted_at: string | null;
  location: LocationView | null;
  contacts: ContactView[];
  choice: ChoiceView | null;
  quoted: QuotedMessage | null;
  aside: boolean;
  root: string;
  customer_name: string;
}

export interface QueueLoad {
  id: string;
  name: string;
  waiting: number;
  longest_wait_s: number | null;
  in_hand: number;
  members: number;
  available: number;
}

export interface QueueLoads {
  items: QueueLoad[];
}

export interface QuotedMessage {
  id: string;
  text: string;
  direction: "in" | "note" | "out";
}

export interface ReactionView {
  emoji: string;
  by: Person;
}

export interface Reason {
  code: string;
  agent?: Named | null;
  left_s?: number | null;
  for_s?: number | null;
  name?: string | null;
  have?: number | null;
  need?: number | null;
  among?: number | null;
}

export interface RootedEvent {
  position: number;
  at: string;
  type: string;
  actor: Person;
  data: Record<string, unknown>;
  root: string | null;
}

export interface SpamChanged {
}

export interface Status {
  agent: string;
  activity: string;
  since: string;
  routing_status: string;
  units: Units;
  channels: ChannelLoad[];
  after_work: string | null;
}

export interface TopicChanged {
  id: string;
  code: string;
  subject: string;
  state: string;
  spam: string;
  channel: ChannelRef;
  queue: Named | null;
  agent: Named | null;
  opened_at: string;
  closed_at: string | null;
  last_at: string;
  root: string;
}

export interface TopicRef {
  id: string;
  code: string;
  subject: string;
}

export interface TypingNow {
  root: string;
  who: Person;
  on: boolean;
}

export interface Units {
  used: number;
  max: number;
}

export interface Viewing {
  root: string;
  viewers: Named[];
}

export interface Work {
  id: string;
  state: string;
  queue: Named;
  channel: ChannelRef;
  customer: Named;
  topic: TopicRef;
  agent: Named | null;
  waited_s: number;
  first_queued_at: string;
  reasons: Reason[];
  why: Reason | null;
  preview: Preview | null;
  turn: string;
  turn_since: string;
  unread: number;
  asides: number;
  wrap_until: string | null;
  due_at: string | null;
  priority: number;
  code: string | null;
  note: string;
}

/** Type of an event → its data. */
export interface SocketEvents {
  "message.created": PushedMessage;
  "message.changed": PushedMessage;
  "message.gone": MessagesGone;
  "aside.changed": AsideChanged;
  "offer.created": Offer;
  "offer.ended": OfferEnd;
  "work.changed": Work;
  "status.changed": Status;
  "customer.changed": CustomerChanged;
  "customer.joined": FamilyChanged;
  "customer.parted": FamilyChanged;
  "topic.changed": TopicChanged;
  "thread.event": RootedEvent;
  "channel.changed": ChannelTile;
  "alarm.changed": AlarmView;
  "spam.changed": SpamChanged;
  "sender.flooded": FloodAlarm;
  "typing": TypingNow;
  "viewing": Viewing;
  "queues.changed": QueueLoads;
  "list.changed": Nothing;
  "hub.degraded": Degraded;
  "hub.recovered": Nothing;
  "session.ended": Ended;
}
