/** What can be shown in place. Everything else is a file to download. */
import type { Attachment } from "../live/types.ts";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const MOST_BYTES = 12_000_000;

export type Form = "picture" | "sticker" | "voice" | "audio" | "video" | "file" | "coming" | "failed";

export function form({ content_type: type, size, kind, state, problem }: Attachment): Form {
  if (state === "waiting") return "coming";
  if (state === "failed" || problem === "infected") return "failed";
  if (PICTURES.has(type)) return size > MOST_BYTES ? "file" : kind === "sticker" ? "sticker" : "picture";
  if (type.startsWith("audio/")) return kind === "voice" ? "voice" : "audio";
  return type.startsWith("video/") ? "video" : "file";
}
