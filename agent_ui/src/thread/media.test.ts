import { expect, test } from "vitest";
import type { Attachment } from "../live/types.ts";
import { form } from "./media.ts";

const file = (content_type: string, more: Partial<Attachment> = {}): Attachment => ({ id: "f", name: "f", content_type, size: 10, inline: false, kind: "file", state: "here", problem: "", ...more });

test.each([
  ["a picture", file("image/png"), "picture"],
  ["a picture that is too large to show", file("image/png", { size: 20_000_000 }), "file"],
  ["a sticker", file("image/webp", { kind: "sticker" }), "sticker"],
  ["a moving sticker of no known kind", file("application/x-tgsticker", { kind: "sticker" }), "file"],
  ["a voice note", file("audio/ogg", { kind: "voice" }), "voice"],
  ["a song", file("audio/mpeg", { kind: "audio" }), "audio"],
  ["a film", file("video/mp4", { kind: "video" }), "video"],
  ["a drawing that could run scripts", file("image/svg+xml"), "file"],
  ["a file that is still with the provider", file("image/png", { state: "waiting" }), "coming"],
  ["a file that does harm", file("image/png", { problem: "infected" }), "failed"],
  ["a file that did not come", file("image/png", { state: "failed", problem: "gone" }), "failed"],
])("%s", (_, attachment, shown) => expect(form(attachment)).toBe(shown));
