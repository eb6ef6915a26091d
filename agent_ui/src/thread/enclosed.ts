/** What a mail brings beside its words: a meeting, other mails; and the matter that it goes on with. Pure. */
import type { Message, Topic } from "../live/types.ts";
import type { Locale } from "../live/types.ts";
import { m, sentence } from "../ui/words.ts";

export interface Meeting {
  title: string;
  lines: { name: string; text: string }[];
}

export interface Enclosed {
  who: string;
  subject: string;
  text: string;
}

const word = (from: unknown, name: string): string => {
  const value = (from as Record<string, unknown> | null)?.[name];
  return typeof value === "string" ? value : "";
};

export function meeting({ context }: Message, locale: Locale): Meeting | null {
  const said = context["invitation"];
  if (typeof said !== "object" || said === null) return null;
  const kind = sentence("invitation", word(said, "method")) ?? m.invitation_other();
  const summary = word(said, "summary");
  const when = span(word(said, "start"), word(said, "end"), locale);
  const lines = [
    { name: m.invitation_when(), text: when },
    { name: m.invitation_place(), text: word(said, "place") },
    { name: m.invitation_who(), text: word(said, "organiser") },
  ].filter(({ text }) => text);
  return { title: summary ? `${kind}: ${summary}` : kind, lines };
}

export function enclosed({ context }: Message): Enclosed[] {
  const mails = context["forwarded"];
  if (!Array.isArray(mails)) return [];
  return mails.map((mail: unknown) => ({ who: word(mail, "from"), subject: word(mail, "subject"), text: word(mail, "text") }));
}

/** The matter of this customer that a mail answers although it is another one's, or seems to go on with. */
export function kin({ context, topic }: Message, topics: readonly Topic[]): { topic: Topic; sure: boolean } | null {
  const follows = word(context, "follows");
  const found = topics.find(({ id }) => id === (follows || word(context, "resembles")));
  return found && found.id !== topic ? { topic: found, sure: follows !== "" } : null;
}

/** From when to when, by the reader's clock; whole days are days. */
function span(start: string, end: string, locale: Locale): string {
  if (!start) return "";
  const whole = !start.includes("T");
  const format = new Intl.DateTimeFormat(locale, whole ? { dateStyle: "full", timeZone: "UTC" } : { dateStyle: "full", timeStyle: "short" });
  const [from, to] = [new Date(start), new Date(end || start)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return [start, end].filter(Boolean).join(" – ");
  // The end of whole days is the day after the last one (RFC 5545).
  if (whole && to > from) to.setUTCDate(to.getUTCDate() - 1);
  return to > from ? format.formatRange(from, to) : format.format(from);
}
