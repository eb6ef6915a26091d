// Whose chat it is, how things stand, and the few choices a visitor has.

import { useState } from "preact/hooks";
import type { Conversation } from "../conversation.ts";
import type { Words } from "../words.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { onEscape } from "./keys.ts";
import type { Ui } from "./ui.ts";

export function Head({ ui, now }: { ui: Ui; now: Conversation }) {
  const { words, host } = ui;
  const [menu, setMenu] = useState(false);
  return (
    <header class="win__head" onKeyDown={onEscape(menu, () => setMenu(false))}>
      <span class="win__mark" aria-hidden="true">
        {now.brand?.logo ? <img src={new URL(now.brand.logo, host.options.hub).href} alt="" /> : <Icon name="hilo" />}
      </span>
      <div class="grow">
        <h2 class="cut">{now.brand?.name ?? "Chat"}</h2>
        <p>
          {now.link === "live" && now.state.phase === "talking" && <span class="win__on" aria-hidden="true" />}
          <span class="cut">{status(now, words)}</span>
        </p>
      </div>
      <button class="win__b" type="button" aria-label={words.say("more")} aria-expanded={menu} onClick={() => setMenu(!menu)}>
        <Icon name="more" />
      </button>
      <button class="win__b" type="button" aria-label={words.say("minimise")} onClick={() => host.close()}>
        <Icon name="down" />
      </button>
      {menu && <Menu ui={ui} now={now} done={() => setMenu(false)} />}
    </header>
  );
}

function status(now: Conversation, words: Words): string {
  if (now.link === "offline" || now.link === "refused") return words.say("status_offline");
  if (now.link === "connecting") return words.say("status_connecting");
  const { phase, agent } = now.state;
  if (phase === "talking") return agent ? words.say("status_talking", { name: agent.name }) : words.say("status_talking_nobody");
  if (!now.hours.open)
    return now.hours.opens_at
      ? words.say("opens", { when: words.opening(new Date(now.hours.opens_at), new Date()) })
      : words.say("out_title");
  return words.say(phase === "queued" ? "status_queued" : phase === "closed" ? "status_closed" : "status_new");
}

function Menu({ ui, now, done }: { ui: Ui; now: Conversation; done: () => void }) {
  const { words, host } = ui;
  const silent = host.store.get("sound") === "off";
  const choose = (act: () => void) => () => {
    act();
    done();
  };
  const row = (icon: IconName, text: string, act: () => void, lang?: string) => (
    <button type="button" lang={lang} onClick={choose(act)}>
      <Icon name={icon} small={16} />
      {text}
    </button>
  );
  const other = words.locale === "es" ? "en" : "es";
  return (
    <div class="menu">
      {row(silent ? "sound" : "mute", words.say(silent ? "sound_on" : "sound_off"), () => host.store.set("sound", silent ? "on" : "off"))}
      {row("globe", words.say("other_language"), () => ui.speak(other), other)}
      {(now.state.phase === "talking" || now.state.phase === "queued") && row("done", words.say("end"), () => void ui.chat.end())}
    </div>
  );
}
