// The messages, in order, with what waits to be sent under them, and the card that fits the moment: queue, closed house, survey.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { lastNumber, type Conversation } from "../conversation.ts";
import { Away } from "./Away.tsx";
import { Icon } from "./Icon.tsx";
import { Received, Waiting } from "./Message.tsx";
import { Queue } from "./Queue.tsx";
import { Survey } from "./Survey.tsx";
import type { Ui } from "./ui.ts";

const NEAR_THE_END_PX = 80;

export function Thread({ ui, now }: { ui: Ui; now: Conversation }) {
  const log = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => log.current?.scrollTo({ top: log.current.scrollHeight });
  useLayoutEffect(() => {
    if (atEnd) toEnd();
  });
  // The visitor's own words are always brought into sight.
  useLayoutEffect(toEnd, [now.pending.length]);
  const scrolled = ({ currentTarget: box }: { currentTarget: HTMLElement }) =>
    setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_THE_END_PX);
  return (
    <>
      <div
        class="win__log inset"
        role="log"
        aria-live="polite"
        aria-label={ui.words.say("messages")}
        tabIndex={0}
        ref={log}
        onScroll={scrolled}
      >
        <Start ui={ui} now={now} />
        {now.messages.map((message, index) => (
          <Received key={message.id} ui={ui} now={now} message={message} before={now.messages[index - 1]} last={isLastOwn(now, index)} />
        ))}
        {now.pending.map((pending) => (
          <Waiting key={pending.id} ui={ui} pending={pending} live={now.link === "live"} />
        ))}
        <Card ui={ui} now={now} />
        {now.typing && <Typing name={now.typing} said={ui.words.say("typing", { name: now.typing })} />}
      </div>
      {!atEnd && (
        <div class="win__foot">
          <button class="jump" type="button" aria-label={ui.words.say("latest")} onClick={toEnd}>
            <Icon name="down" small={16} />
          </button>
        </div>
      )}
    </>
  );
}

function Start({ ui, now }: { ui: Ui; now: Conversation }) {
  if (now.messages.length || now.pending.length || now.link === "offline" || now.link === "refused") return null;
  if (now.link === "connecting")
    return (
      <>
        <div class="ghost" aria-hidden="true" />
        <div class="ghost" aria-hidden="true" />
      </>
    );
  return now.hours.open ? <p class="w-hello">{ui.words.say("welcome")}</p> : null;
}

function Card({ ui, now }: { ui: Ui; now: Conversation }) {
  const { phase } = now.state;
  if (now.link === "connecting" || phase === "talking") return null;
  if (!now.hours.open) return <Away ui={ui} now={now} />;
  if (phase === "queued") return now.link === "live" ? <Queue ui={ui} now={now} /> : null;
  return phase === "closed" ? <Survey key={lastNumber(now)} ui={ui} now={now} /> : null;
}

function Typing({ name, said }: { name: string; said: string }) {
  return (
    <p class="w-typing">
      <span class="w-who" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span class="w-b">
        <span class="typing" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class="sr">{said}</span>
      </span>
    </p>
  );
}

function isLastOwn(now: Conversation, index: number): boolean {
  return (
    !now.pending.length && now.messages[index]!.from === "visitor" && !now.messages.slice(index + 1).some((one) => one.from === "visitor")
  );
}
