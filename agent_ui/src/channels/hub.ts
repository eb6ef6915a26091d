/** What the hub answers about channels to those who administer them. Written by `python -m hub.reference administration`; not by
 *  hand. */

import type { ChannelLimits, ChannelRef, Named } from "../live/hub.ts";

export interface AnswerTexts {
  language: string;
  acknowledged: string;
  closed: string;
}

export interface Answers {
  queue: Named;
  acknowledges: boolean;
  tells_closed: boolean;
  kinds: string[];
  hours: OpeningHours | null;
  texts: AnswerTexts[];
  open: boolean;
  changes_at: string | null;
}

export interface AnswersList {
  items: Answers[];
  zones: string[];
  variables: string[];
}

export interface AnswersPreview {
  open: boolean;
  changes_at: string | null;
  texts: AnswerTexts[];
  fallback: string;
}

export interface AnswersTried {
  to: string;
  channel: string;
}

export interface Block {
  id: string;
  kind: string;
  value: string;
  claimed: boolean;
  verdict: string;
  reason: string;
  by: Named;
  at: string;
  until: string | null;
}

export interface BlockPage {
  items: Block[];
  next: string | null;
}

export interface Capabilities {
  text: number;
  text_unit: string;
  html: boolean;
  subject: boolean;
  copies: boolean;
  attachments: number;
  attachment_bytes: number;
  parts: number;
  media_types: string[];
  media_bytes: Record<string, number>;
  buttons: number;
  quotes: boolean;
  reactions: boolean;
  emojis: string[];
  edits: boolean;
  deletions: boolean;
  templates: boolean;
  consent: string;
  typing: boolean;
  delivered: boolean;
  read: boolean;
  starts: boolean;
  invites: boolean;
  live: boolean;
  window: WindowStep[];
}

export interface ChannelDetail {
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
  webhook: string | null;
  title: Words;
  receives: string;
  queue: Named;
  brand: Named;
  settings: Record<string, unknown>;
  secrets: Record<string, boolean>;
  problems: Record<string, string>;
  key: string;
  old_webhook: string | null;
  old_webhook_until: string | null;
  installs: boolean;
  created_at: string;
}

export interface ChannelList {
  items: ChannelView[];
  next: null;
}

export interface ChannelView {
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
  webhook: string | null;
}

export interface ConnectorView {
  id: string;
  title: Words;
  summary: Words;
  kind: string;
  icon: string;
  receives: string;
  address: string;
  capabilities: Capabilities;
  sandbox: boolean;
  form: FieldView[];
  groups: Record<string, Words>;
}

export interface FieldView {
  name: string;
  kind: string;
  label: Words;
  help: Words;
  group: string;
  secret: boolean;
  required: boolean;
  default: string | number | boolean | null;
  choices: string[];
  shape: string;
  generated: boolean;
  shown_if: string[] | null;
  low: number | null;
  high: number | null;
  max_length: number | null;
  example: string;
}

export interface Flood {
  topic: string;
  customer: Named;
  channel: ChannelRef;
  at: string;
  held: number;
}

export interface FloodList {
  items: Flood[];
}

export interface Gallery {
  items: ConnectorView[];
  next: null;
}

export interface Guide {
  lang: string;
  html: string;
}

export interface Judged {
  score: number;
  limit: number;
  signs: string[];
}

export interface MadeChannel {
  channel: ChannelDetail;
  generated: Record<string, string>;
}

export interface NewAddress {
  channel: ChannelDetail;
  steps: StepView[];
}

export interface Opening {
  channel: ChannelDetail;
  open: boolean;
  problem: string;
}

export interface OpeningHours {
  zone: string;
  week: Stretch[][];
  days: SpecialDay[];
}

export interface Passage {
  at: string;
  direction: "in" | "out";
  kind: string;
  who: string;
  state: string;
  problem: string;
  delivery: string | null;
  message: string | null;
  customer: Named | null;
}

export interface Passages {
  items: Passage[];
  next: string | null;
}

export interface QuarantinePage {
  items: Quarantined[];
  next: string | null;
}

export interface Quarantined {
  id: string;
  channel: string;
  channel_name: string;
  kind: string;
  external_id: string;
  received_at: string;
  problem: string;
  attempts: number;
}

export interface Replayed {
  ok: boolean;
  problem: string;
}

export interface RuleInput {
  queue: string;
  id: string | null;
  channel: string | null;
  address: string | null;
  language: string | null;
  words: string[];
}

export interface RuleList {
  items: RuleView[];
  next: null;
}

export interface RuleView {
  id: string;
  queue: string;
  channel: string | null;
  address: string | null;
  language: string | null;
  words: string[];
}

export interface RulesInput {
  items: RuleInput[];
}

export interface SenderQuota {
  kind: "chat" | "mail" | "message";
  most: number;
  minutes: number;
}

export interface SenderQuotas {
  items: SenderQuota[];
}

export interface Spam {
  topic: string;
  customer: Named;
  channel: ChannelRef;
  address: string;
  claimed: boolean;
  subject: string;
  text: string;
  count: number;
  at: string;
  number: string;
  why: string;
  block: Block | null;
  judged: Judged | null;
}

export interface SpamPage {
  items: Spam[];
  next: string | null;
  total: number;
}

export interface SpecialDay {
  date: string;
  name: string;
  yearly: boolean;
  stretches: Stretch[];
}

export interface StepView {
  name: string;
  ok: boolean;
  tried: boolean;
  ms: number;
  detail: string;
  label: Words;
  todo: Words;
}

export interface Steps {
  ok: boolean;
  steps: StepView[];
}

export interface Stretch {
  opens: string;
  closes: string;
}

export interface TemplateList {
  items: TemplateView[];
  fetched_at: string | null;
  problem: string;
}

export interface TemplateView {
  name: string;
  language: string;
  text: string;
  variables: string[];
  category: string;
  state: "approved" | "paused" | "pending" | "rejected";
  examples: Record<string, string>;
}

export interface Verdict {
  rule: string | null;
  position: number | null;
  queue: Named;
}

export interface WindowStep {
  allows: string;
  hours: number | null;
}

export interface Words {
  es: string;
  en: string;
}
