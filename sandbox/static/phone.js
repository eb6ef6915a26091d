// The customer's phone: one app at a time, its thread as the pretend provider has it, live.
import { APPS, about, act, press, stands } from "./apps.js";
import { ask, el, icon } from "./dom.js";
import { clock, say } from "./words.js";

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" };
const at = (id) => document.getElementById(id);

export class Phone {
  me = null;
  app = APPS[1];
  messages = new Map();

  start() {
    at("phone-form").onsubmit = (event) => {
      event.preventDefault();
      void this.write();
    };
    const events = new EventSource("/doubles/events");
    events.onopen = () => void this.catchUp();
    events.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (!told.id) return;
      this.messages.set(told.id, told);
      this.drawThread();
    };
  }

  async catchUp() {
    for (const double of new Set(APPS.map((one) => one.double))) {
      for (const one of (await ask(`/doubles/${double}`)).shown ?? []) this.messages.set(one.id, one);
    }
    this.drawThread();
  }

  be(customer) {
    this.me = customer;
    this.draw();
  }

  async act(verb, given) {
    const [address, method, body] = act(this.app, this.me, verb, given);
    const response = await fetch(address, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    at("phone-said").textContent = response.ok ? "" : say("failed", { reply: await response.text() });
    return response.ok;
  }

  async write() {
    const field = at("phone-text");
    const text = field.value.trim();
    if (!text) return void (at("phone-said").textContent = say("empty"));
    if (await this.act("say", { text })) field.value = "";
    return field.focus();
  }

  draw() {
    const tab = (app) => {
      const choose = () => {
        this.app = app;
        this.draw();
        at(`app-${app.id}`).focus();
      };
      return el("button", { class: "btn btn--sm", type: "button", id: `app-${app.id}`, "aria-pressed": String(app === this.app), onclick: choose }, app.title);
    };
    at("phone-apps").replaceChildren(...APPS.map(tab));
    const does = ["read", "lapse", "stop"].filter((verb) => this.app.can.includes(verb));
    at("phone-does").replaceChildren(
      ...[...does, "block", "unblock"].map((verb) => el("button", { class: "btn btn--sm btn--quiet", type: "button", onclick: () => void this.act(verb) }, say(`do_${verb}`))),
    );
    this.drawThread();
  }

  drawThread() {
    if (!this.me) return;
    const shown = [...this.messages.values()].filter((one) => stands(this.app, this.me, one)).sort((a, b) => a.at - b.at);
    const thread = at("phone-thread");
    thread.replaceChildren(...(shown.length ? shown.map((one) => this.bubble(one)) : [el("li", { class: "none" }, say("phone_none"))]));
    thread.scrollTop = thread.scrollHeight;
  }

  bubble(one) {
    const signs = Object.values(one.reactions).join(" ");
    const react = !one.mine && !one.deleted && this.app.can.includes("react");
    return el(
      "li",
      { class: one.mine ? "bubble bubble--mine" : "bubble" },
      el("p", {}, one.deleted ? say("deleted") : one.text || one.media.map((file) => file.name).join(", ")),
      one.buttons.map((button) =>
        el("button", { class: "btn btn--sm", type: "button", onclick: () => void this.act("press", press(this.app, one, button)) }, button.title),
      ),
      el(
        "span",
        { class: "bubble__foot" },
        signs && el("span", {}, signs),
        one.edited && say("edited"),
        el("time", {}, clock(one.at * 1000)),
        one.state && el("span", { role: "img", "aria-label": say(`state_${one.state}`), class: `tick tick--${one.state}` }, TICKS[one.state] ?? ""),
        react && el("button", { class: "ib", type: "button", "aria-label": say("do_react"), onclick: () => void this.act("react", { ...about(this.app, one), emoji: "❤" }) }, icon("plus", "i14")),
      ),
    );
  }
}
