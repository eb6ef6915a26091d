// The chat window: a dialog that Esc closes, with the head, the thread and the composer; on a phone it is the whole screen.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../conversation.ts";
import { Composer } from "./Composer.tsx";
import { Head } from "./Head.tsx";
import { Icon } from "./Icon.tsx";
import { Thread } from "./Thread.tsx";
import type { Ui } from "./ui.ts";

const WHOLE_SCREEN = "(max-width: 560px)";

export function Window({ ui, now }: { ui: Ui; now: Conversation }) {
  const { words } = ui;
  const frame = useRef<HTMLElement>(null);
  const [dropped, setDropped] = useState<File[]>([]);
  const [over, setOver] = useState(false);
  useLayoutEffect(() => aboveKeyboard(frame.current!), []);
  const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
  return (
    <section
      class="win"
      role="dialog"
      aria-modal={matchMedia(WHOLE_SCREEN).matches}
      aria-label={words.say("chat_with", { name: now.brand?.name ?? "" })}
      ref={frame}
      onKeyDown={(event) => keys(event, frame.current!, ui)}
      onDragOver={(event) => {
        if (files(event)) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={(event) => {
        if (!frame.current!.contains(event.relatedTarget as Node)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        setDropped([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Head ui={ui} now={now} />
      <Thread ui={ui} now={now} />
      <Strip ui={ui} now={now} />
      <Composer ui={ui} now={now} dropped={dropped} />
      <p class="win__by">
        {words.say("with")} <Icon name="hilo" small={14} />
        Hilo
      </p>
      {over && <p class="drop">{words.say("drop")}</p>}
    </section>
  );
}

function Strip({ ui, now }: { ui: Ui; now: Conversation }) {
  if (now.link !== "offline" && now.link !== "refused") return null;
  return (
    <p class="strip" role="status">
      <Icon name="offline" small={16} />
      <span class="grow">{ui.words.say(now.link)}</span>
    </p>
  );
}

function keys(event: KeyboardEvent, frame: HTMLElement, ui: Ui): void {
  if (event.key === "Escape") {
    event.stopPropagation();
    ui.host.close();
  } else if (event.key === "Tab" && matchMedia(WHOLE_SCREEN).matches) {
    goRound(event, frame, ui.host.shadow);
  }
}

/** Where the chat is the whole screen, Tab stays in it: there is nothing else to see. */
function goRound(event: KeyboardEvent, frame: HTMLElement, shadow: ShadowRoot): void {
  const stops = [...frame.querySelectorAll<HTMLElement>("button, a[href], input, textarea, [tabindex='0']")].filter(
    (one) => one.offsetParent !== null,
  );
  const [first, last] = [stops[0], stops.at(-1)];
  const from = event.shiftKey ? first : last;
  if (shadow.activeElement !== from) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

function aboveKeyboard(frame: HTMLElement): (() => void) | undefined {
  const view = globalThis.visualViewport;
  if (!view) return undefined;
  const fit = () => frame.style.setProperty("--seen", `${view.height}px`);
  fit();
  view.addEventListener("resize", fit);
  return () => view.removeEventListener("resize", fit);
}
