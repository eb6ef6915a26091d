// The customer's phone: one app at a time, its thread as the pretend provider has it, live.
import { APPS, about, act, concerns, press } from "./apps.js";
import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { ask, el, icon } from "./dom.js";
import { clock, say } from "./words.js";

const TYPING_MS = 8000;
const at = (id) => document.getElementById(id);

export class Phone {
  me = null;
  app = APPS[1];
  /** The company's accounts: {app, id, name}. */
  accounts = [];
  /** App -> the account that one writes to. */
  chosen = new Map();
  messages = new Map();
  /** Message -> how it was drawn last; what has not changed keeps its element, so that a voice note plays on. */
  drawn = new Map();
  /** The message whose choices are open. */
  open = null;
  typing = null;
  composer = new Composer(this);
  does = {
    press: (one, button) => void this.act("press", press(this.app, one, button)),
    react: (one, sign) => void this.onto("react", one, { emoji: one.reactions.customer === sign ? "" : sign }),
    delete: (one) => void this.onto("delete", one),
    reply: (one) => this.composer.aimAt("reply", one),
    edit: (one) => this.composer.aimAt("edit", one),
    open: (one) => this.openUp(this.open === one.id ? null : one.id),
  };

  /** `onTold`: is given all else that the doubles tell; `onApp`: the app that was chosen. */
  constructor(onTold, onApp) {
    Object.assign(this, { onTold, onApp });
  }

  start() {
    this.composer.start();
    // A picture has its height only when it is there.
    at("phone-thread").addEventListener("load", () => this.scroll(), true);
    at("phone-account").onchange = ({ target }) => {
      this.chosen.set(this.app.id, target.value);
      this.showTyping(false);
      this.composer.aimAt(null);
      this.drawThread();
    };
    at("phone").closest("section").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    const events = new EventSource("/doubles/events");
    events.onopen = () => void this.catchUp();
    events.onmessage = ({ data }) => this.hear(JSON.parse(data));
  }

  hear(told) {
    if ("typing" in told) {
      if (this.isHere(told)) this.showTyping(told.typing);
      return;
    }
    if (!told.id) return void this.onTold(told);
    this.messages.set(told.id, told);
    if (!told.mine && this.isHere(told)) this.showTyping(false);
    this.drawThread();
  }

  /** Whether it belongs to the chat that is open. */
  isHere(told) {
    return this.me !== null && concerns(this.app, this.me, this.account, told);
  }

  get offered() {
    return this.accounts.filter((one) => one.app === this.app.id);
  }

  get account() {
    return this.chosen.get(this.app.id) ?? this.offered[0]?.id ?? "";
  }

  showTyping(on) {
    clearTimeout(this.typing);
    at("phone-typing").textContent = on ? say("phone_typing") : "";
    if (on) this.typing = setTimeout(() => this.showTyping(false), TYPING_MS);
  }

  async catchUp() {
    for (const double of new Set(APPS.map((one) => one.double))) {
      const { shown = [], ...rest } = await ask(`/doubles/${double}`);
      for (const one of shown) this.messages.set(one.id, one);
      this.onTold({ double, ...rest, all: true });
    }
    this.drawThread();
  }

  be(customer) {
    this.me = customer;
    at("phone-number").textContent = customer.phone;
    this.composer.aimAt(null);
    this.draw();
  }

  /** Does something on the phone; says what became of it. */
  async act(verb, given) {
    const [address, method, body] = act(this.app, this.me, this.account, verb, given);
    const response = await fetch(address, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).catch((error) => error);
    const said = at("phone-said");
    said.classList.toggle("bad", !response.ok);
    said.textContent = response.ok ? (["lapse", "block", "unblock"].includes(verb) ? say(`did_${verb}`) : "") : await this.why(verb, response);
    return response.ok;
  }

  async why(verb, response) {
    if (response.status === 409) return say(verb === "say" ? "phone_blocked" : "phone_refused", { app: this.app.title });
    return say("failed", { reply: response instanceof Error ? response.message : await response.text() });
  }

  onto(verb, message, given = {}) {
    this.openUp(null);
    at("phone-text").focus();
    return this.act(verb, { ...about(this.app, message), ...given });
  }

  openUp(id) {
    this.open = id;
    this.drawThread();
  }

  /** Closes what is open; the focus goes back to what opened it. */
  close() {
    this.composer.fold();
    if (!this.open) return;
    const opener = `more-${this.open}`;
    const wasInside = at(opener)?.closest("li").contains(document.activeElement);
    this.openUp(null);
    if (wasInside) at(opener).focus();
  }

  draw() {
    this.drawn.clear();
    at("phone-name").hidden = this.offered.length > 1;
    at("phone-account").hidden = this.offered.length < 2;
    at("phone-account").replaceChildren(...this.offered.map((one) => el("option", { value: one.id, selected: one.id === this.account }, one.name)));
    at("phone-apps").replaceChildren(...APPS.map((app) => this.tab(app)));
    at("phone-time").textContent = clock(Date.now());
    const does = ["read", "lapse", "stop"].filter((verb) => this.app.can.includes(verb));
    const button = (verb) => el("button", { class: "btn btn--sm btn--quiet", type: "button", onclick: () => (this.composer.fold(), void this.act(verb)) }, say(`do_${verb}`));
    at("phone-does").replaceChildren(...[...does, "block", "unblock"].map(button));
    this.composer.draw();
    this.drawThread();
    this.onApp(this.app);
  }

  tab(app) {
    const choose = () => {
      this.app = app;
      this.showTyping(false);
      at("phone-said").textContent = "";
      this.composer.aimAt(null);
      this.draw();
      at(`app-${app.id}`).focus();
    };
    return el("button", { class: "phone__app", type: "button", id: `app-${app.id}`, "aria-pressed": String(app === this.app), onclick: choose }, icon(app.id), el("span", {}, app.title));
  }

  drawThread() {
    if (!this.me) return;
    const focused = document.activeElement?.id;
    const shown = [...this.messages.values()].filter((one) => this.isHere(one)).sort((a, b) => a.at - b.at);
    const thread = at("phone-thread");
    const nodes = shown.length ? shown.map((one) => this.drawOne(one)) : [el("li", { class: "none" }, say("phone_none"))];
    if (nodes.length !== thread.children.length || nodes.some((node, place) => node !== thread.children[place])) {
      thread.replaceChildren(...nodes);
      if (focused && document.activeElement?.id !== focused) at(focused)?.focus();
    }
    this.scroll();
  }

  scroll() {
    const thread = at("phone-thread");
    const opened = this.open && at(`more-${this.open}`)?.closest("li");
    if (opened) opened.scrollIntoView({ block: "nearest" });
    else thread.scrollTop = thread.scrollHeight;
  }

  drawOne(one) {
    const answered = this.messages.get(one.reply_to);
    const stamp = JSON.stringify([one, answered?.text, answered?.deleted, this.open === one.id]);
    const [before, node] = this.drawn.get(one.id) ?? [];
    if (before === stamp) return node;
    const drawn = bubble(this.app, one, { answered, isOpen: this.open === one.id, does: this.does });
    this.drawn.set(one.id, [stamp, drawn]);
    return drawn;
  }
}
