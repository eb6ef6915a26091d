/** What a channel can carry, compared with what has been written. Pure. */
import type { Limits, Reach, Template } from "../live/types.ts";
import { units } from "./gsm.ts";

export interface Room {
  used: number;
  /** Null where the channel sets no limit. */
  most: number | null;
  /** Into how many messages the channel will cut it, at least. */
  parts: number;
}

const COUNTS: Record<string, (text: string) => number> = {
  utf16: (text) => text.length,
  utf8: (text) => new TextEncoder().encode(text).length,
  gsm7: units,
};

/** A message has room for so much text, in the channel's own unit; one may be cut into several. */
export function room(text: string, { text: each, text_unit: unit, parts: most = 1 }: Limits): Room {
  const used = (COUNTS[unit ?? ""] ?? ((all: string) => [...all].length))(text);
  return { used, most: each ? each * Math.max(1, most) : null, parts: each ? Math.max(1, Math.ceil(used / each)) : 1 };
}

/** Amber begins here: nine tenths of the room. */
export function tight({ used, most }: Room): boolean {
  return most !== null && used > most * 0.9;
}

export function tooLong({ used, most }: Room): boolean {
  return most !== null && used > most;
}

type Sized = { size: number; type: string };

/** Whether the channel's provider does not show such a file, so that it goes as a link to it. */
export function asLink({ size, type }: Sized, { media_types: types = [], media_bytes: bytes = {} }: Limits): boolean {
  const [start = ""] = type.split("/");
  const shown = !types.length || types.includes(type) || types.includes(`${start}/*`);
  const most = bytes[["image", "audio", "video"].includes(start) ? start : "file"];
  return !shown || (most !== undefined && size > most);
}

export interface FileRoom {
  /** Files that fit; the others are named with the reason. */
  fit: File[];
  tooBig: File[];
  tooMany: File[];
}

/** Which of some files can still be added to a message that has `already`. */
export function fileRoom(files: readonly File[], already: number, limits: Limits | null): FileRoom {
  const bytes = limits?.attachment_bytes || Infinity;
  const most = limits ? (limits.attachments ?? Infinity) : Infinity;
  // What goes as a link is not held to what the provider takes.
  const fits = (file: File) => file.size <= bytes || asLink(file, limits ?? {});
  const small = files.filter(fits);
  const left = Math.max(0, most - already);
  return { fit: small.slice(0, left), tooBig: files.filter((file) => !fits(file)), tooMany: small.slice(left) };
}

/** The name of one way to answer: a channel and an address on it. */
export function wayKey({ channel, address }: Pick<Reach, "channel" | "address">): string {
  return `${channel.id} ${address.kind} ${address.value}`;
}

/** The way to answer by: the one chosen, or the one the customer used last, or the first that there is. */
export function wayOf(reach: readonly Reach[], chosen: string | null): Reach | null {
  return reach.find((way) => wayKey(way) === chosen) ?? reach.find((way) => way.last) ?? reach[0] ?? null;
}

export type Lock = "consent" | "agree" | "template" | "closed";

/** Why nothing free can be written on a way now: the customer does not want it, has not agreed yet, or too long has passed. */
export function lockOf({ consent, needs_consent, window }: Pick<Reach, "consent" | "needs_consent" | "window">): Lock | null {
  if (consent && !consent.given) return "consent";
  if (needs_consent) return "agree";
  return window?.allows === "template" || window?.allows === "closed" ? window.allows : null;
}

/** A template with its variables filled in; those that are missing stay as they are written in it. */
export function filledIn({ text }: Pick<Template, "text">, given: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/gu, (whole, name: string) => given[name]?.trim() || whole);
}

/** Addresses as people type them: separated by commas, semicolons or spaces. */
export function addresses(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/u).filter(Boolean))];
}

/** Those that cannot be a mail address. The hub decides in the end; this is for telling at once. */
export function wrongAddresses(list: readonly string[]): string[] {
  return list.filter((one) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/u.test(one));
}
