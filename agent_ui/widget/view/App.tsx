// The open window, or, when it is closed, the first words of an answer that nobody has seen.

import { unread, type Conversation } from "../conversation.ts";
import { Icon } from "./Icon.tsx";
import type { Ui } from "./ui.ts";
import { Window } from "./Window.tsx";

const LONGEST_TEASE = 160;

export function App({ ui, now, teased }: { ui: Ui; now: Conversation; teased: number }) {
  if (ui.host.isOpen) return <Window ui={ui} now={now} />;
  const latest = unread(now).at(-1);
  if (!latest || latest.number <= teased) return null;
  const dismiss = () => {
    ui.host.store.set("teased", String(latest.number));
    ui.redraw();
  };
  return (
    <div class="tease" role="status">
      <button class="grow" type="button" onClick={() => ui.host.open()}>
        <b class="medium">{latest.name}:</b> {latest.text.slice(0, LONGEST_TEASE) || latest.attachments[0]?.name}
      </button>
      <button class="ib ib--sm" type="button" aria-label={ui.words.say("dismiss")} onClick={dismiss}>
        <Icon name="x" small={16} />
      </button>
    </div>
  );
}
