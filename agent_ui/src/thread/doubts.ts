/** What the hub noticed about a mail: what makes its sender less than certain, by which way it came, who else got it. Pure. */
import type { Message } from "../live/types.ts";
import { m } from "../ui/words.ts";

export interface Mark {
  /** bad: refuted; warn: less than certain; calm: good to know. */
  tone: "bad" | "warn" | "calm";
  icon: string;
  text: string;
}

type Context = Message["context"];
type Teller = (said: string, message: Message) => string | false;

const KINDS: Record<string, string> = { "s/mime": "S/MIME", pgp: "PGP" };
const dmarc = (context: Context): unknown => (context["authentication"] as { dmarc?: unknown } | undefined)?.dmarc;
const address = ({ address: of }: Message): string => of?.value ?? "";

/** By the name in the context; a word there is what the sentence says. In the order in which they are shown. */
const TOLD: [name: string, tone: Mark["tone"], icon: string, teller: Teller][] = [
  ["failed_authentication", "bad", "alert", (_, message) => m.doubt_failed_authentication({ address: address(message) })],
  ["misleading_name", "warn", "warn", (name) => name && m.doubt_misleading_name({ name })],
  ["several_senders", "warn", "warn", () => m.doubt_several_senders()],
  ["no_from", "warn", "warn", () => m.doubt_no_from()],
  ["own_address", "warn", "warn", () => m.doubt_own_address()],
  ["junk", "warn", "warn", (folder) => m.doubt_junk({ folder })],
  ["partial", "warn", "warn", (_, message) => m.doubt_partial({ size: `${Math.ceil(Number(message.context["partial"]) / 1e6)} MB` })],
  ["forwarded_by", "warn", "transfer", (who, message) => m.doubt_forwarded_by({ who, address: address(message) })],
  ["forward_note", "calm", "note", (note) => note && m.mark_forward_note({ note })],
  ["form", "warn", "id", (form) => form && m.doubt_form({ address: form })],
  ["resent_by", "calm", "transfer", (who) => who && m.mark_resent({ who })],
  ["list", "calm", "people", (list) => list && m.mark_list({ list })],
  ["encrypted", "warn", "lock", (kind) => m.mark_encrypted({ kind: KINDS[kind] ?? kind })],
  ["signed", "calm", "key", (kind) => m.mark_signed({ kind: KINDS[kind] ?? kind })],
];

export function marks(message: Message): Mark[] {
  const found: Mark[] = [];
  for (const [name, tone, icon, tell] of TOLD) {
    const said = message.context[name];
    const text = said ? tell(typeof said === "string" ? said : "", message) : "";
    if (text) found.push({ tone, icon, text });
  }
  const result = dmarc(message.context);
  if (result === "pass" && message.address?.kind === "email") found.push({ tone: "calm", icon: "shield", text: m.mark_proved() });
  if (result === "temperror") found.push({ tone: "calm", icon: "shield", text: m.doubt_unchecked() });
  return found;
}

/** Addresses that got a copy, as far as the message says. */
export function copies({ context }: Message): string[] {
  const cc = context?.["cc"];
  return Array.isArray(cc) ? cc.filter((one): one is string => typeof one === "string") : [];
}

/** The whole mail with what it quotes, when there is more than the new text. */
export function wholeText({ context, text }: Message): string | null {
  const whole = context?.["full_text"];
  return typeof whole === "string" && whole.trim() !== text.trim() && whole.trim() ? whole.trim() : null;
}

/** The page on which a visitor wrote. */
export function pageTitle({ context }: Message): string | null {
  const page = context?.["page"];
  const title = typeof page === "object" && page !== null ? (page as { title?: unknown }).title : null;
  return typeof title === "string" && title ? title : null;
}

/** Whether there is more to a mail than its words and files: a meeting, mails inside, a claim, a matter that it goes on with. */
export function hasMore({ context, address: from }: Message): boolean {
  return from?.kind === "claimed_email" || ["invitation", "forwarded", "follows", "resembles"].some((name) => name in context);
}
