/** What can be shown in place. Everything else is a file to download. */
import type { Attachment } from "../live/types.ts";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const MOST_BYTES = 12_000_000;

export function form({ content_type: type, size }: Attachment): "picture" | "audio" | "video" | "file" {
  if (PICTURES.has(type)) return size <= MOST_BYTES ? "picture" : "file";
  if (type.startsWith("audio/")) return "audio";
  return type.startsWith("video/") ? "video" : "file";
}
