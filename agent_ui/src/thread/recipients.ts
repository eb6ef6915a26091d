/** To whom an answer by mail goes: where its sender wants it, and everybody else who had it. Pure. */
import type { Address, Message } from "../live/types.ts";

type Mail = Pick<Message, "context"> & { address: Pick<Address, "value"> | null };

/** Where the sender wants the answer. `safe`: it is the sender's own domain, or the mail was proved to be the sender's; else somebody may have put
 *  it there who wants to read what we write. */
export interface WantedAt {
  value: string;
  safe: boolean;
}

export function wantedAt(mail: Mail | undefined): WantedAt | null {
  const value = listed(mail, "reply_address")[0]?.toLowerCase();
  const sender = mail?.address?.value.toLowerCase();
  if (!mail || !value || !sender || value === sender) return null;
  const { dmarc } = (mail.context["authentication"] ?? {}) as { dmarc?: string };
  const proved = dmarc === "pass" && !mail.context["failed_authentication"];
  return { value, safe: proved || related(domain(value), domain(sender)) };
}

/** Everybody else who had that mail: our own addresses, and whoever is written to anyway, left out. */
export function everybodyElse(mail: Mail | undefined, ours: readonly string[], to: string): string[] {
  const out = new Set([...ours.map(bare), bare(to), bare(mail?.address?.value ?? "")]);
  const all = [...listed(mail, "to"), ...listed(mail, "cc")].map((one) => one.toLowerCase());
  return [...new Set(all)].filter((one) => !out.has(bare(one)));
}

/** Whether earlier words may go to these: to whoever had that very mail, and to addresses that were proved. The hub decides in the end. */
export function quotable(mail: Mail | undefined, proved: readonly string[], recipients: readonly string[]): boolean {
  if (!mail) return false;
  const known = new Set([...proved, ...listed(mail, "to"), ...listed(mail, "cc")].map((one) => one.toLowerCase()));
  return recipients.every((one) => known.has(one.toLowerCase()));
}

function listed(mail: Mail | undefined, name: string): string[] {
  const found = mail?.context[name];
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
}

/** Without the token that our own reply addresses carry. */
function bare(address: string): string {
  return address.toLowerCase().replace(/\+[rb]\.[a-z2-7]{42}@/u, "@");
}

function domain(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

function related(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}
