// What every piece of the window is given.

import type { Chat } from "../chat.ts";
import type { Host } from "../host.ts";
import type { Words } from "../words.ts";

export interface Ui {
  chat: Chat;
  host: Host;
  words: Words;
  /** Draws again after something that is not part of the conversation has changed. */
  redraw(): void;
  speak(locale: "es" | "en"): void;
}
