/** How a channel is, in a word with an icon, and since when. Pure but for the words. */
import type { Channel } from "../live/types.ts";
import { m } from "../ui/words.ts";
import { w } from "./say.ts";

const SOON_MS = 14 * 86_400_000;
const DOES: Record<string, () => string> = { records: () => w.health_records_text(), receives: () => w.health_receives_text() };

export interface Health {
  icon: string | null;
  tone: "" | "health--warn" | "health--bad";
  word: string;
  text: string;
}

type Known = Pick<Channel, "enabled" | "state" | "does"> & { archived?: boolean; expires_at?: string | null };

export function healthOf(channel: Known, now: number): Health {
  if (channel.archived) return { icon: "box", tone: "", word: w.archived(), text: w.archived_text() };
  if (channel.enabled === false) return { icon: "pause", tone: "", word: w.health_off(), text: w.health_off_text() };
  if (channel.state === "down") return { icon: "alert", tone: "health--bad", word: m.channel_down(), text: w.health_down_text() };
  if (channel.state === "degraded") return { icon: "warn", tone: "health--warn", word: w.health_degraded(), text: w.health_degraded_text() };
  if (expires(channel.expires_at ?? null, now)) return { icon: "warn", tone: "health--warn", word: w.health_expires(), text: w.health_expires_text() };
  return { icon: null, tone: "", word: w.health_up(), text: DOES[channel.does ?? ""]?.() ?? w.health_up_text() };
}

/** Whether a token of the provider's runs out soon, or has. */
export function expires(at: string | null, now: number): boolean {
  return at !== null && Date.parse(at) - now < SOON_MS;
}
