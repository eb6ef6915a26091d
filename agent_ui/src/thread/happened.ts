/** What happened, in words: one sentence for each kind of event that the ledger tells people about. */
import type { Labels, Named, Reason, ThreadEvent, WrapUpCode } from "../live/types.ts";
import { channelName, label, personName, why } from "../ui/sentences.ts";
import { duration } from "../ui/times.ts";
import { m, sentence } from "../ui/words.ts";

export interface Told {
  icon: string;
  text: string;
  /** Why it was so, when the event says it. */
  why?: string | null;
  /** Words that somebody wrote about it. */
  note?: string | null;
  /** The join that can still be undone. */
  join?: string | null;
  /** The move of messages that can still be undone. */
  move?: string | null;
}

interface Reader {
  me: string;
  codes: readonly WrapUpCode[];
}

type Teller = (event: ThreadEvent, reader: Reader) => Told;

const named = (event: ThreadEvent, key: string): Named | null => (event.data[key] as Named | undefined) ?? null;
const words = (event: ThreadEvent, key: string): string => (typeof event.data[key] === "string" ? event.data[key] : "");
const who = ({ actor }: ThreadEvent): string => (actor.kind === "customer" ? (actor.name ? personName(actor.name) : m.the_customer()) : actor.name || m.the_system());

const ON_THE_THREAD: Record<string, Teller> = {
  "work.assigned": assigned,
  "work.transferred": transferred,
  "work.released": released,
  "work.completed": completed,
  "customer.joined": joined,
  "customer.parted": (event) => ({ icon: "split", text: m.event_parted({ name: personName(named(event, "customer")?.name ?? ""), who: who(event) }) }),
  "topic.reopened": (event) => ({ icon: "flag", text: m.event_topic_reopened({ topic: topic(event) }) }),
  "topic.set_aside": setAside,
  "topic.put_back": (event) => ({ icon: "undo", text: m.event_put_back({ who: who(event) }) }),
  "topic.split": moved,
  "message.moved": moved,
  "topic.moved": (event) => ({ icon: "split", text: m.event_topic_moved({ topic: topic(event), who: who(event) }) }),
};

// The beginning and the end of a topic are plain from its messages and its closing: in the thread they would only be noise.
const BESIDE: Record<string, Teller> = {
  "topic.opened": (event) => ({ icon: "flag", text: m.event_topic_opened({ topic: topic(event) }) }),
  "topic.closed": (event) => ({ icon: "done", text: m.event_topic_closed({ topic: topic(event) }) }),
  "customer.created": (event) => ({ icon: "user", text: channel(event) ? m.event_created_by({ channel: channel(event) }) : m.event_created() }),
  "customer.identified": (event) => ({ icon: "id", text: m.event_identified({ who: who(event) }) }),
  "customer.changed": (event) => ({ icon: "edit", text: m.event_changed({ who: who(event) }) }),
  "customer.tagged": (event) => ({ icon: "tag", text: m.event_tagged({ who: who(event) }) }),
  "customer.untagged": (event) => ({ icon: "tag", text: m.event_untagged({ who: who(event) }) }),
  "customer.distinct": (event) => ({ icon: "x", text: m.event_distinct({ who: who(event), name: personName(named(event, "customer")?.name ?? "") }) }),
  "customer.invited": (event) => ({ icon: "link", text: m.event_invited({ who: who(event), channel: channelOf(event) }) }),
  "consent.given": consent,
  "consent.withdrawn": consent,
  "commitment.made": (event) => ({ icon: "flag", text: m.event_promised({ who: who(event) }), note: words(event, "text") }),
  "commitment.done": (event) => ({ icon: "done", text: m.event_kept({ who: who(event) }), note: words(event, "text") }),
  "message.created": (event) => written(event),
  "work.queued": (event) => ({ icon: "inbox", text: m.event_queued({ queue: named(event, "queue")?.name ?? "" }) }),
  "work.resumed": (event) => ({ icon: "inbox", text: m.event_resumed({ who: who(event) }) }),
  "work.paused": (event) => ({ icon: "pause", text: m.event_paused({ who: who(event) }) }),
  "work.abandoned": () => ({ icon: "x", text: m.event_abandoned() }),
};

/** For the thread: null when the event is not shown there. */
export function onThread(event: ThreadEvent, reader: Reader): Told | null {
  return ON_THE_THREAD[event.type]?.(event, reader) ?? null;
}

/** For the customer's panel, where much more is told: null for what nobody reads (offers, states of sending). */
export function beside(event: ThreadEvent, reader: Reader): Told | null {
  return (ON_THE_THREAD[event.type] ?? BESIDE[event.type])?.(event, reader) ?? null;
}

function assigned(event: ThreadEvent, { me }: Reader): Told {
  const agent = named(event, "agent");
  const text = agent?.id === me ? m.event_assigned_you() : m.event_assigned({ name: agent?.name ?? "" });
  const waited = event.data["waited_s"];
  const reason = event.data["why"] as Reason | null | undefined;
  return {
    icon: "route",
    text: typeof waited === "number" ? `${text} · ${m.event_waited({ time: duration(waited) })}` : text,
    why: reason?.code ? why(reason) : null,
  };
}

function transferred(event: ThreadEvent): Told {
  const to = named(event, "agent")?.name ?? named(event, "queue")?.name ?? "";
  return { icon: "transfer", text: m.event_transferred({ who: who(event), to }), note: words(event, "note") };
}

function released(event: ThreadEvent, { me }: Reader): Told {
  const agent = named(event, "agent");
  const name = agent?.name ?? "";
  const reason = words(event, "reason");
  if (reason === "left") return { icon: "inbox", text: agent?.id === me ? m.event_released_left_you() : m.event_released_left({ name }) };
  return { icon: "inbox", text: reason === "disabled" ? m.event_released_disabled({ name }) : m.event_released({ who: who(event) }) };
}

function completed(event: ThreadEvent, { codes }: Reader): Told {
  const code = event.data["code"];
  const known = codes.find((one) => one.id === code)?.label ?? (typeof code === "object" && code !== null ? (code as Labels) : null);
  const name = known ? label(known) : typeof code === "string" ? code : "";
  return { icon: "done", text: name ? m.event_completed({ who: who(event), code: name }) : m.event_completed_only({ who: who(event) }), note: words(event, "note") };
}

function joined(event: ThreadEvent, { me }: Reader): Told {
  const evidence = words(event, "evidence");
  const mine = evidence === "agent" && event.actor.id === me;
  const reason = mine ? m.evidence_agent_you() : sentence("evidence", evidence) ?? evidence;
  const undone = event.data["undone"] === true;
  const text = m.event_joined({ name: personName(named(event, "customer")?.name ?? ""), evidence: reason });
  return { icon: "join", text: undone ? `${text} · ${m.event_undone()}` : text, join: undone ? null : words(event, "join") || null };
}

/** What was said about being written to: the customer's own word, or what a colleague was told. */
function consent(event: ThreadEvent): Told {
  const inputs = { who: who(event), channel: channelOf(event) };
  const how = sentence("agreed", words(event, "reason"));
  if (event.type === "consent.given") return { icon: "done", text: how ? m.event_agreed({ ...inputs, how }) : m.event_wants(inputs) };
  return { icon: "lock", text: words(event, "reason") === "taken_back" ? m.event_agreed_back(inputs) : m.event_unwanted(inputs) };
}

function setAside(event: ThreadEvent): Told {
  if (event.actor.kind === "human") return { icon: "shield", text: sentence("event_set_aside", words(event, "why"), { who: who(event) }) ?? "" };
  return { icon: "shield", text: words(event, "why") === "judged" ? m.event_set_aside_judged() : m.event_set_aside_after() };
}

function moved(event: ThreadEvent): Told {
  const { data } = event;
  const inputs = { who: who(event), topic: topic(event), name: personName(named(event, "customer")?.name ?? "") };
  if (data["back"]) return { icon: "undo", text: m.event_moved_back(inputs) };
  const undone = data["undone"] === true;
  const text = movedWhere(event, inputs);
  return { icon: "split", text: undone ? `${text} · ${m.event_undone()}` : text, move: undone ? null : words(event, "move") };
}

function movedWhere(event: ThreadEvent, inputs: { who: string; topic: string; name: string }): string {
  if (event.type === "topic.split") return m.event_topic_split(inputs);
  if (event.data["away"]) return m.event_moved_away(inputs);
  return named(event, "customer") ? m.event_moved_from(inputs) : m.event_topic_moved(inputs);
}

function written(event: ThreadEvent): Told {
  const message = event.data["message"] as { direction?: string; text?: string } | undefined;
  const inputs = { who: who(event), channel: channel(event) };
  const note = message?.text ?? null;
  if (message?.direction === "note") return { icon: "lock", text: m.event_noted(inputs), note };
  if (message?.direction === "out") return { icon: "out", text: m.event_answered(inputs), note };
  return { icon: "in", text: m.event_wrote(inputs), note };
}

function topic(event: ThreadEvent): string {
  const found = event.data["topic"] as { code?: string; subject?: string | null } | undefined;
  return found?.subject || found?.code || "";
}

function channelOf(event: ThreadEvent): string {
  const found = event.data["channel"] as { id: string; connector: string; name: string } | undefined;
  return found ? channelName(found) : "";
}

function channel(event: ThreadEvent): string {
  const found = event.data["channel"] as { connector: string; name: string } | undefined;
  return found ? (sentence("via", found.connector) ?? m.via_other({ channel: found.name })) : "";
}
