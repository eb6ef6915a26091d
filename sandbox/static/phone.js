// The customer's phone: one app at a time, its thread as the pretend provider has it, live.
import { APPS, about, act, concerns, press, stands } from "./apps.js";
import { bubble, gist } from "./bubble.js";
import { ask, el, icon } from "./dom.js";
import { PICTURES, PLACE, file, picture, voice } from "./enclosures.js";
import { clock, say } from "./words.js";

const TYPING_MS = 8000;
const at = (id) => document.getElementById(id);

export class Phone {
  me = null;
  app = APPS[1];
  messages = new Map();
  /** Message -> how it was drawn last; what has not changed keeps its element, so that a voice note plays on. */
  drawn = new Map();
  /** The message whose choices are open. */
  open = null;
  /** {verb: reply or edit, message}: what the next words are for. */
  aim = null;
  typing = null;
  does = {
    press: (one, button) => void this.act("press", press(this.app, one, button)),
    react: (one, sign) => void this.onto("react", one, { emoji: one.reactions.customer === sign ? "" : sign }),
    delete: (one) => void this.onto("delete", one),
    reply: (one) => this.aimAt("reply", one),
    edit: (one) => this.aimAt("edit", one),
    open: (one) => this.openUp(this.open === one.id ? null : one.id),
  };

  /** `onTold`: is given all else that the doubles tell; `onApp`: the app that was chosen. */
  constructor(onTold, onApp) {
    Object.assign(this, { onTold, onApp });
  }

  start() {
    at("phone-form").onsubmit = (event) => {
      event.preventDefault();
      void this.write();
    };
    this.startEnclosing();
    // A picture has its height only when it is there.
    at("phone-thread").addEventListener("load", () => this.scroll(), true);
    at("phone-more").onclick = () => this.unfold("phone-more", "phone-does");
    at("phone-aim-off").onclick = () => this.aimAt(null);
    const events = new EventSource("/doubles/events");
    events.onopen = () => void this.catchUp();
    events.onmessage = ({ data }) => this.hear(JSON.parse(data));
  }

  startEnclosing() {
    at("phone-add").onclick = () => this.unfold("phone-add", "phone-enclose");
    at("phone-voice").onclick = () => void this.send({ media: [voice()] });
    at("phone-place").onclick = () => void this.send({ location: PLACE });
    at("phone-file").onchange = async ({ target }) => {
      const media = await Promise.all([...target.files].map(file));
      target.value = "";
      if (media.length) await this.send({ media });
    };
    at("phone").closest("section").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.foldAll();
    });
  }

  hear(told) {
    if ("typing" in told) {
      if (this.me && concerns(this.app, this.me, told)) this.showTyping(told.typing);
      return;
    }
    if (!told.id) return void this.onTold(told);
    this.messages.set(told.id, told);
    if (this.me && !told.mine && stands(this.app, this.me, told)) this.showTyping(false);
    this.drawThread();
  }

  showTyping(on) {
    clearTimeout(this.typing);
    at("phone-typing").textContent = on ? say("phone_typing") : "";
    if (on) this.typing = setTimeout(() => this.showTyping(false), TYPING_MS);
  }

  async catchUp() {
    for (const double of new Set(APPS.map((one) => one.double))) {
      const { shown = [], asked = [], faults = [] } = await ask(`/doubles/${double}`);
      for (const one of shown) this.messages.set(one.id, one);
      this.onTold({ double, faults, all: asked });
    }
    this.drawThread();
  }

  be(customer) {
    this.me = customer;
    at("phone-number").textContent = customer.phone;
    this.aimAt(null);
    this.draw();
  }

  /** Does something on the phone; says what became of it. */
  async act(verb, given) {
    const [address, method, body] = act(this.app, this.me, verb, given);
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

  async write() {
    const field = at("phone-text");
    const text = field.value.trim();
    if (!text) {
      at("phone-said").classList.add("bad");
      at("phone-said").textContent = say("empty");
    } else if (this.aim?.verb === "edit" ? await this.act("edit", { ...about(this.app, this.aim.message), text }) : await this.send({ text })) {
      field.value = "";
      this.aimAt(null);
    }
    return field.focus();
  }

  async send(given) {
    const reply = this.aim?.verb === "reply" ? { reply_to: this.aim.message.id } : {};
    this.foldAll();
    const isSent = await this.act("say", { ...given, ...reply });
    if (isSent) this.aimAt(null);
    return isSent;
  }

  /** What the next words are for; null: a new message. */
  aimAt(verb, message = null) {
    const field = at("phone-text");
    const wasEdit = this.aim?.verb === "edit";
    this.aim = verb ? { verb, message } : null;
    at("phone-aim").hidden = !verb;
    at("phone-aim-text").textContent = verb ? `${say(`do_${verb}`)}: ${gist(message)}` : "";
    if (verb === "edit") field.value = message.text;
    else if (wasEdit) field.value = "";
    this.openUp(null);
    if (verb) field.focus();
  }

  openUp(id) {
    this.open = id;
    this.drawThread();
  }

  unfold(button, part) {
    const isOpen = at(part).hidden;
    this.foldAll();
    at(part).hidden = !isOpen;
    at(button).setAttribute("aria-expanded", String(isOpen));
    this.scroll();
  }

  foldAll() {
    for (const [button, part] of [["phone-add", "phone-enclose"], ["phone-more", "phone-does"]]) {
      if (at(part).contains(document.activeElement)) at(button).focus();
      at(part).hidden = true;
      at(button).setAttribute("aria-expanded", "false");
    }
    if (this.open) this.openUp(null);
  }

  draw() {
    this.drawn.clear();
    at("phone-apps").replaceChildren(...APPS.map((app) => this.tab(app)));
    at("phone-time").textContent = clock(Date.now());
    const does = ["read", "lapse", "stop"].filter((verb) => this.app.can.includes(verb));
    const button = (verb) => el("button", { class: "btn btn--sm btn--quiet", type: "button", onclick: () => (this.foldAll(), void this.act(verb)) }, say(`do_${verb}`));
    at("phone-does").replaceChildren(...[...does, "block", "unblock"].map(button));
    this.drawEnclosures();
    this.drawThread();
    this.onApp(this.app);
  }

  tab(app) {
    const choose = () => {
      this.app = app;
      this.showTyping(false);
      at("phone-said").textContent = "";
      this.aimAt(null);
      this.draw();
      at(`app-${app.id}`).focus();
    };
    return el("button", { class: "phone__app", type: "button", id: `app-${app.id}`, "aria-pressed": String(app === this.app), onclick: choose }, icon(app.id), el("span", {}, app.title));
  }

  drawEnclosures() {
    for (const what of ["voice", "place"]) at(`phone-${what}`).hidden = !this.app.can.includes(what);
    const choose = async (name) => this.send({ media: [await picture(name)] });
    at("phone-pictures").replaceChildren(
      ...PICTURES.map((name) =>
        el("button", { type: "button", "aria-label": say("phone_picture", { name }), onclick: () => void choose(name) }, el("img", { src: `/static/pictures/${name}.svg`, alt: "" })),
      ),
    );
  }

  drawThread() {
    if (!this.me) return;
    const focused = document.activeElement?.id;
    const shown = [...this.messages.values()].filter((one) => stands(this.app, this.me, one)).sort((a, b) => a.at - b.at);
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
