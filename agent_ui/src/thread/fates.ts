/** How a message of ours ended, in words: the state of its ladder, and why it failed. */
import type { Message, MessageState, Reach } from "../live/types.ts";
import { m, sentence } from "../ui/words.ts";

interface Fate {
  icon: string;
  word: () => string;
}

const FATES: Partial<Record<MessageState, Fate>> = {
  queued: { icon: "clock", word: () => m.fate_queued() },
  sending: { icon: "clock", word: () => m.fate_sending() },
  sent: { icon: "tick", word: () => m.fate_sent() },
  delivered: { icon: "ticks", word: () => m.fate_delivered() },
  read: { icon: "ticks", word: () => m.fate_read() },
  canceled: { icon: "undo", word: () => m.fate_canceled() },
};

export function fateOf(state: MessageState): Fate | null {
  return FATES[state] ?? null;
}

/** Why it did not go, in the agent's language where we know the code, else as the provider said it. */
export function whyFailed({ error }: Pick<Message, "error">): string {
  const known = error && sentence("undelivered", error.code, { detail: error.detail ?? "" });
  return known ?? (error?.detail ? m.undelivered_detail({ detail: error.detail }) : m.undelivered());
}

/** What is not well with a mail that left: whom it did not reach, or that the other server goes on trying; null when all is well. */
export function troubled({ error, state }: Pick<Message, "error" | "state">): string | null {
  if (!error || !["sent", "delivered", "read"].includes(state)) return null;
  const list = error.detail ?? "";
  if (error.code === "partly_refused") return m.fate_partly_refused({ list });
  if (error.code === "partly_waiting") return m.fate_partly_waiting({ list });
  return error.code === "delayed" ? m.fate_delayed({ detail: list }) : null;
}

/** Milliseconds until a waiting message leaves, while it can still be taken back; 0 when it cannot. */
export function leavesIn(message: Message, reach: readonly Reach[], now: number): number {
  if (message.state !== "queued" || message.direction !== "out") return 0;
  const way = reach.find(({ channel }) => channel.id === message.channel?.id);
  if (!message.send_at && !way?.undo_s) return 0;
  const at = message.send_at ? Date.parse(message.send_at) : Date.parse(message.at) + (way?.undo_s ?? 0) * 1_000;
  return Math.max(0, at - now);
}
