/** Sentences for what the hub says in codes: why something failed, why something waits, how an activity is called. */
import { Refused, Unreachable } from "../live/api.ts";
import type { Activity, ChannelRef, Labels, Reason } from "../live/types.ts";
import { duration } from "./times.ts";
import { locale, m, sentence } from "./words.ts";

/** What failed, in one sentence in the reader's language. An unknown code shows the hub's own words. */
export function failure(error: unknown): string {
  if (error instanceof Unreachable) return m.error_unreachable();
  if (!(error instanceof Refused)) return m.error_other({ detail: error instanceof Error ? error.message : String(error) });
  const fields = Object.values(error.fields).join("; ");
  const known = sentence("error", error.code, { wait: duration(error.retryAfter ?? 60), detail: fields || error.message });
  return known ?? m.error_other({ detail: fields || error.message });
}

/** A short number to quote, when the hub gave one. */
export function reference(error: unknown): string | null {
  return error instanceof Refused ? error.reference : null;
}

const NUMBER = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{18,}$/iu;

/** The name of a customer. A visitor who has not said any is known to the hub by a long number, of which four letters are enough. */
export function personName(name: string): string {
  if (!name) return m.talk_unknown();
  return NUMBER.test(name) ? m.visitor_name({ end: name.slice(-4) }) : name;
}

/** How a customer is spoken of above a message: by the first name. */
export function firstName(name: string): string {
  return NUMBER.test(name) || !name ? personName(name) : (name.split(" ")[0] ?? name);
}

export function label(labels: Labels): string {
  return labels[locale()] ?? labels.en ?? labels.es;
}

export function activityName(id: string, activities: Activity[]): string {
  const known = activities.find((activity) => activity.id === id);
  return (known && label(known.label)) ?? sentence("activity", id) ?? id;
}

/** The kind of a channel in words (`Correo`), or its own name when this console does not know the connector. */
export function channelName(channel: ChannelRef): string {
  return sentence("channel", channel.connector) ?? channel.name;
}

/** A channel's name among others: where several are of its kind, the company's own name for it. */
export function channelAmong(channel: ChannelRef, all: readonly ChannelRef[]): string {
  return all.filter((one) => one.connector === channel.connector).length > 1 ? channel.name : channelName(channel);
}

export function kindName(kind: string): string {
  return sentence("kind", kind) ?? sentence("channel", kind) ?? kind;
}

/** Why something waits, or why it came to this agent. What the hub leaves out of a reason is a dash, never a hole. */
export function why(reason: Reason): string {
  const { left_s, for_s, name, have, need, among } = reason;
  const inputs = {
    agent: reason.agent?.name ?? "–",
    left: left_s == null ? "–" : duration(left_s),
    for: for_s == null ? "–" : duration(for_s),
    name: name == null ? "–" : (sentence("activity", name) ?? kindName(name)).toLowerCase(),
    have: have ?? "–",
    need: need ?? "–",
    among: among ?? "–",
  };
  return sentence("reason", reason.code, inputs) ?? reason.code;
}
