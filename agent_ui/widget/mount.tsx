// The late half of the chat: joined to the bubble once somebody needs it.

import { render } from "preact";
import { Chat } from "./chat.ts";
import { unread, type Conversation, type Event } from "./conversation.ts";
import type { Host, Mounted } from "./host.ts";
import { tick } from "./sound.ts";
import styles from "./style/chat.css?inline";
import { App } from "./view/App.tsx";
import type { Ui } from "./view/ui.ts";
import { Words } from "./words.ts";

export function mount(host: Host): Mounted {
  host.addStyles(styles);
  const draw = () => render(<App ui={ui} now={ui.chat.now} teased={Number(host.store.get("teased") ?? 0)} />, host.place);
  const chat = new Chat(host.options, host.store, (now, event) => {
    tellHost(host, now, event);
    draw();
  });
  const ui: Ui = {
    chat,
    host,
    words: new Words(host.options.locale),
    redraw: draw,
    speak(locale) {
      ui.words = new Words(locale);
      host.speak(locale);
      draw();
    },
  };
  const settle = () => {
    draw();
    chat.watched(host.isOpen);
  };
  settle();
  return {
    opened() {
      settle();
      host.place.querySelector("textarea")?.focus({ preventScroll: true });
    },
    closed: settle,
    identify: (identity, stranger) => chat.identify(identity, stranger),
  };
}

function tellHost(host: Host, now: Conversation, event: Event): void {
  host.unread(unread(now).length);
  if (event.type === "accepted") host.emit("sent", { ...event.data, took_ms: Date.now() - event.pending.written });
  if (event.type === "welcomed") host.colour(event.data.brand.color);
  if (event.type !== "message" || event.data.from === "visitor") return;
  host.emit("message", event.data);
  if (event.data.from === "agent" && (!host.isOpen || document.hidden) && host.store.get("sound") !== "off") tick();
}
