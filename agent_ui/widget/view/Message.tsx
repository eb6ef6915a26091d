// One message: who, when, by which channel, its words and files, and what became of it.

import type { Attachment, VisitorMessage } from "../contract.ts";
import { isRead, type Conversation } from "../conversation.ts";
import type { Pending } from "../outbox.ts";
import type { Key } from "../words.ts";
import { Icon } from "./Icon.tsx";
import type { Ui } from "./ui.ts";

const RUN_MS = 5 * 60_000;
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/;

interface ReceivedProps {
  ui: Ui;
  now: Conversation;
  message: VisitorMessage;
  before: VisitorMessage | undefined;
  last: boolean;
}

export function Received({ ui, now, message, before, last }: ReceivedProps) {
  const { words } = ui;
  const at = new Date(message.at);
  const newDay = !before || new Date(before.at).toDateString() !== at.toDateString();
  const day = newDay && (
    <p class="w-day">
      {words.day(at, new Date())}, <time dateTime={message.at}>{words.clock(at)}</time>
    </p>
  );
  if (message.from === "system")
    return (
      <>
        {day}
        <p class="w-ev">{message.text}</p>
      </>
    );
  const mine = message.from === "visitor";
  const run =
    !newDay &&
    before?.from === message.from &&
    before.name === message.name &&
    before.channel === message.channel &&
    at.getTime() - Date.parse(before.at) < RUN_MS;
  return (
    <>
      {day}
      <div class={`w-msg${mine ? " w-msg--me" : ""}${run ? " w-msg--more" : ""}`}>
        {!mine && (
          <span class="w-who" aria-hidden="true">
            {message.name.slice(0, 1).toUpperCase()}
          </span>
        )}
        <div>
          {mine ? (
            <span class="sr">{words.say("you")}</span>
          ) : (
            <p class={run ? "sr" : "w-by"}>
              {message.name} · <time dateTime={message.at}>{words.clock(at)}</time>
              {by(message.channel, ui)}
            </p>
          )}
          <Body ui={ui} text={message.text} attachments={message.attachments} />
          {mine && message.channel !== "webchat" && <p class="w-fate">{by(message.channel, ui)}</p>}
          {last && (
            <p class="w-fate">
              <Icon name={isRead(now, message) ? "ticks" : "tick"} small={14} />
              {words.say(isRead(now, message) ? "read" : "received")}
            </p>
          )}
        </div>
      </div>
    </>
  );
}

/** A message that the hub has not acknowledged yet. */
export function Waiting({ ui, pending, live }: { ui: Ui; pending: Pending; live: boolean }) {
  const { words } = ui;
  const fate = (
    <p class="w-fate">
      <Icon name="clock" small={14} />
      {words.say(live ? "sending" : "waiting")}
    </p>
  );
  return (
    <div class={`w-msg w-msg--me ${pending.refused ? "w-msg--bad" : "w-msg--wait"}`}>
      <div>
        <span class="sr">{words.say("you")}</span>
        <Body ui={ui} text={pending.text} attachments={pending.attachments} />
        {pending.refused ? <NotSent ui={ui} pending={pending} /> : fate}
      </div>
    </div>
  );
}

function NotSent({ ui, pending }: { ui: Ui; pending: Pending }) {
  const { words, chat } = ui;
  const why = words.say(pending.refused?.code === "too_long" ? "why_too_long" : "why_other");
  const edit = () => {
    chat.store.draft = { text: pending.text, attachments: pending.attachments };
    chat.takeBack(pending.id);
    dispatchEvent(new Event("hilo:draft"));
  };
  return (
    <p class="w-fate w-fate--bad">
      <Icon name="alert" small={14} />
      {words.say("not_sent", { why })}
      <button class="link" type="button" onClick={edit}>
        {words.say("edit")}
      </button>
    </p>
  );
}

function Body({ ui, text, attachments }: { ui: Ui; text: string; attachments: Attachment[] }) {
  return (
    <>
      {text && <p class="w-b">{linked(text)}</p>}
      {attachments.map((one) => (
        <File key={one.id} ui={ui} file={one} />
      ))}
    </>
  );
}

/** Addresses become links; everything else stays text, whatever it looks like. */
function linked(text: string) {
  return text.split(ADDRESS).map((part, index) =>
    index % 2 ? (
      <a href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

function File({ ui, file }: { ui: Ui; file: Attachment }) {
  const inside = (
    <>
      <span class="w-file__i">
        <Icon name={file.content_type.startsWith("image/") ? "image" : "file"} />
      </span>
      <span class="grow">
        <b class="medium cut">{file.name}</b>
        <span class="t12 dim">{ui.words.size(file.size)}</span>
      </span>
    </>
  );
  if (!file.url) return <div class="w-file">{inside}</div>;
  return (
    <a
      class="w-file"
      href={new URL(file.url, ui.host.options.hub).href}
      target="_blank"
      rel="noopener"
      download={file.name}
      aria-label={ui.words.say("download", { name: file.name })}
    >
      {inside}
      <Icon name="download" small={16} />
    </a>
  );
}

function by(channel: string, { words }: Ui): string {
  const known: Partial<Record<string, Key>> = {
    email: "channel_email",
    whatsapp: "channel_whatsapp",
    sms: "channel_sms",
    telegram: "channel_telegram",
  };
  if (channel === "webchat") return "";
  const key = known[channel];
  return ` · ${words.say("by_channel", { channel: key ? words.say(key) : channel })}`;
}
