/** What a message is beside its words, and what may be done with it. Pure. */
import type { Limits, Message, Reach } from "../live/types.ts";

/** Signs to choose from where the channel allows any. */
const USUAL = ["👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "👏"];

/** What the channel of a message can do; nothing when it is not among the ways to answer any more. */
export function limitsOf(message: Pick<Message, "channel">, reach: readonly Reach[]): Limits {
  return reach.find(({ channel }) => channel.id === message.channel?.id)?.limits ?? {};
}

export function signs({ reactions, emojis }: Limits): string[] {
  return reactions ? (emojis?.length ? emojis : USUAL) : [];
}

export interface Sign {
  emoji: string;
  /** How many put it, and who they are. */
  count: number;
  names: string[];
  ours: boolean;
}

/** The signs on a message, each once, in the order in which they came. A colleague's sign is the company's: there is one. */
export function signsOn({ reactions }: Pick<Message, "reactions">): Sign[] {
  const found = new Map<string, Sign>();
  for (const { emoji, by } of reactions) {
    const sign = found.get(emoji) ?? { emoji, count: 0, names: [], ours: false };
    found.set(emoji, { emoji, count: sign.count + 1, names: [...sign.names, by.name], ours: sign.ours || by.kind !== "customer" });
  }
  return [...found.values()];
}

/** A message of ours that has left and was not taken back can be changed or taken back where the channel can. */
export function mayChange(message: Message, limits: Limits): { edit: boolean; remove: boolean } {
  const left = message.direction === "out" && ["sent", "delivered", "read"].includes(message.state) && !message.deleted_at && message.context["echo"] !== true;
  return { edit: left && limits.edits === true && message.text !== "" && !("template" in message.context), remove: left && limits.deletions === true };
}

/** The provider's word for a kind of message that its connector does not read, or null. */
export function unsupported({ context }: Pick<Message, "context">): string | null {
  const word = context["unsupported"];
  return typeof word === "string" && word ? word : null;
}

/** Where a place is on the map that everybody may look at; it is opened, never loaded into the thread. */
export function mapAddress({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
}
