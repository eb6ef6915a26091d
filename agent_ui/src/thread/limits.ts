/** What a channel can carry, compared with what has been written. Pure. */
import type { Limits, Reach } from "../live/types.ts";

export interface Room {
  used: number;
  /** Null where the channel sets no limit. */
  most: number | null;
}

/** A message has room for so much text. Characters are counted as people count them: an emoji is one. */
export function room(text: string, limits: Limits): Room {
  return { used: [...text].length, most: limits.text || null };
}

/** Amber begins here: nine tenths of the room. */
export function tight({ used, most }: Room): boolean {
  return most !== null && used > most * 0.9;
}

export function tooLong({ used, most }: Room): boolean {
  return most !== null && used > most;
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
  const small = files.filter((file) => file.size <= bytes);
  const left = Math.max(0, most - already);
  return { fit: small.slice(0, left), tooBig: files.filter((file) => file.size > bytes), tooMany: small.slice(left) };
}

/** The name of one way to answer: a channel and an address on it. */
export function wayKey({ channel, address }: Pick<Reach, "channel" | "address">): string {
  return `${channel.id} ${address.kind} ${address.value}`;
}

/** The way to answer by: the one chosen, or the one the customer used last, or the first that there is. */
export function wayOf(reach: readonly Reach[], chosen: string | null): Reach | null {
  return reach.find((way) => wayKey(way) === chosen) ?? reach.find((way) => way.last) ?? reach[0] ?? null;
}

/** Addresses as people type them: separated by commas, semicolons or spaces. */
export function addresses(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/u).filter(Boolean))];
}

/** Those that cannot be a mail address. The hub decides in the end; this is for telling at once. */
export function wrongAddresses(list: readonly string[]): string[] {
  return list.filter((one) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/u.test(one));
}
