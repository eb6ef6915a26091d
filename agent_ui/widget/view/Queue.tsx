// The visitor's turn: position, expected wait, and a way to leave without losing it.

import { useState } from "preact/hooks";
import type { Conversation } from "../conversation.ts";
import { Icon } from "./Icon.tsx";
import { isMail } from "./mail.ts";
import type { Ui } from "./ui.ts";

const MOST_STEPS = 8;

export function Queue({ ui, now }: { ui: Ui; now: Conversation }) {
  const { words } = ui;
  const { position, expected_wait_s: wait } = now.state;
  return (
    <section class="queue" aria-live="polite" aria-label={words.say("turn")}>
      {position !== null && (
        <div class="queue__n">
          <b class="num">{words.ordinal(position)}</b>
          <span>{words.say("in_queue")}</span>
        </div>
      )}
      <div class="queue__t">
        <p class="strong">{words.wait(wait)}</p>
        {wait !== null && <p class="t12 dim">{words.say("wait_basis")}</p>}
      </div>
      {position !== null && position <= MOST_STEPS && (
        <div class="queue__line" aria-hidden="true">
          {Array.from({ length: position + 1 }, (_, step) => (
            <i class={step === 0 ? "on" : ""} />
          ))}
        </div>
      )}
      <p class="queue__or">{words.say("no_need_to_wait")}</p>
      <div class="queue__do">
        <ByMail ui={ui} />
      </div>
    </section>
  );
}

function ByMail({ ui }: { ui: Ui }) {
  const { words } = ui;
  const [step, setStep] = useState<"offer" | "ask" | "wrong" | "kept">("offer");
  const [email, setEmail] = useState("");
  const keep = async (event: Event) => {
    event.preventDefault();
    setStep(isMail(email) && (await ui.chat.profile({ email: email.trim() })) ? "kept" : "wrong");
  };
  if (step === "kept") return <p role="status">{words.say("mail_kept", { email: email.trim() })}</p>;
  if (step === "offer")
    return (
      <button class="btn" type="button" onClick={() => setStep("ask")}>
        <Icon name="mail" small={14} />
        {words.say("by_mail")}
      </button>
    );
  return (
    <form onSubmit={keep} noValidate>
      <div class="field">
        <label for="hilo-mail">{words.say("your_mail")}</label>
        <input
          class="input"
          id="hilo-mail"
          type="email"
          autocomplete="email"
          aria-invalid={step === "wrong"}
          aria-describedby="hilo-mail-wrong"
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
          ref={(node) => {
            if (node && step === "ask" && !email) node.focus();
          }}
        />
      </div>
      {step === "wrong" && (
        <p class="wrong" id="hilo-mail-wrong" role="alert">
          {words.say("mail_wrong")}
        </p>
      )}
      <div class="row">
        <button class="btn" type="submit">
          {words.say("keep_mail")}
        </button>
        <button class="btn" type="button" onClick={() => setStep("offer")}>
          {words.say("cancel")}
        </button>
      </div>
    </form>
  );
}
