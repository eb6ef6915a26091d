/** What the hub noticed about a mail that makes its sender less than certain, as sentences; and who else got it. Pure. */
import type { Message } from "../live/types.ts";
import { m } from "../ui/words.ts";

export function doubts({ context }: Message): string[] {
  const found: string[] = [];
  const name = context?.["misleading_name"];
  if (typeof name === "string" && name) found.push(m.doubt_misleading_name({ name }));
  if (context?.["several_senders"]) found.push(m.doubt_several_senders());
  if (context?.["no_from"]) found.push(m.doubt_no_from());
  if (context?.["own_address"]) found.push(m.doubt_own_address());
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
