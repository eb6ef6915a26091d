// The house is closed: when it opens, and a form for whoever is new; who already writes goes on in the thread.

import { useState } from "preact/hooks";
import type { Conversation } from "../conversation.ts";
import { isMail } from "./mail.ts";
import type { Ui } from "./ui.ts";

export function Away({ ui, now }: { ui: Ui; now: Conversation }) {
  const { words } = ui;
  const { opens_at: opens } = now.hours;
  const until = opens ? words.say("out_until", { when: words.opening(new Date(opens), new Date()) }) : words.say("out_plain");
  return (
    <>
      <div class="out">
        <p class="strong">{words.say("out_title")}</p>
        <p class="dim">{until}</p>
      </div>
      {isNew(now) && <Leave ui={ui} />}
    </>
  );
}

/** The form stands in for the composer until there is a first message. */
export function isNew(now: Conversation): boolean {
  return !now.hours.open && now.state.phase === "new" && !now.messages.length && !now.pending.length;
}

function Leave({ ui }: { ui: Ui }) {
  const { words, chat } = ui;
  const [email, setEmail] = useState("");
  const [text, setText] = useState(chat.store.draft.text);
  const [wrong, setWrong] = useState<"mail_wrong" | "message_missing" | null>(null);
  const typed = (value: string) => {
    setText(value);
    chat.store.draft = { text: value, attachments: [] };
  };
  const leave = (event: Event) => {
    event.preventDefault();
    if (email.trim() && !isMail(email)) return setWrong("mail_wrong");
    if (!text.trim()) return setWrong("message_missing");
    if (email.trim()) void chat.profile({ email: email.trim() });
    return chat.say(text.trim(), []);
  };
  return (
    <form class="card" onSubmit={leave} noValidate>
      <div class="field">
        <label for="hilo-mail">
          {words.say("your_mail")} <span class="faint">{words.say("optional")}</span>
        </label>
        <input
          class="input"
          id="hilo-mail"
          type="email"
          autocomplete="email"
          aria-invalid={wrong === "mail_wrong"}
          aria-describedby="hilo-wrong"
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="hilo-text">{words.say("message")}</label>
        <textarea
          class="input"
          id="hilo-text"
          rows={4}
          aria-invalid={wrong === "message_missing"}
          aria-describedby="hilo-wrong"
          value={text}
          onInput={(event) => typed(event.currentTarget.value)}
        />
      </div>
      {wrong && (
        <p class="wrong" id="hilo-wrong" role="alert">
          {words.say(wrong)}
        </p>
      )}
      <button class="btn w-main" type="submit">
        {words.say("send")}
      </button>
    </form>
  );
}
