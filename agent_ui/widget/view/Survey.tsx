// How it went, asked once after the end; the composer stays, so that nobody must answer to go on.

import { useState } from "preact/hooks";
import { lastNumber, type Conversation } from "../conversation.ts";
import { Icon, type IconName } from "./Icon.tsx";
import type { Ui } from "./ui.ts";

const SCORES = [1, 2, 3, 4, 5] as const;

export function Survey({ ui, now }: { ui: Ui; now: Conversation }) {
  const { words, chat } = ui;
  const asked = String(lastNumber(now));
  const [score, setScore] = useState(0);
  const [text, setText] = useState("");
  const [step, setStep] = useState<"ask" | "failed" | "thanks" | "gone">(chat.store.get("rated") === asked ? "gone" : "ask");
  if (step === "gone" || !now.messages.some((one) => one.from === "agent")) return null;
  if (step === "thanks")
    return (
      <p class="w-ev" role="status">
        {words.say("rate_thanks")}
      </p>
    );
  const settle = (next: "thanks" | "gone") => {
    chat.store.set("rated", asked);
    setStep(next);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (!score) return;
    if (await chat.rate(score, text.trim())) settle("thanks");
    else setStep("failed");
  };
  return (
    <form class="card" onSubmit={send}>
      <fieldset>
        <legend class="strong">{words.say("rate_title")}</legend>
        <div class="five">
          {SCORES.map((one) => (
            <label>
              <input
                type="radio"
                name="score"
                required
                value={one}
                checked={score === one}
                aria-label={words.say(`rate_${one}`)}
                onChange={() => setScore(one)}
              />
              <Icon name={`face${one}` as IconName} />
            </label>
          ))}
        </div>
        <p class="ends" aria-hidden="true">
          <span>{words.say("rate_1")}</span>
          <span>{words.say("rate_5")}</span>
        </p>
      </fieldset>
      <div class="field">
        <label for="hilo-better">
          {words.say("rate_more")} <span class="faint">{words.say("optional")}</span>
        </label>
        <textarea class="input" id="hilo-better" rows={2} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      {step === "failed" && (
        <p class="wrong" role="alert">
          {words.say("rate_failed")}
        </p>
      )}
      <div class="row">
        <button class="btn w-main grow" type="submit">
          {words.say("send")}
        </button>
        <button class="btn btn--quiet" type="button" onClick={() => settle("gone")}>
          {words.say("not_now")}
        </button>
      </div>
    </form>
  );
}
