// Where the customer writes: new words, an answer or a change, and what is enclosed.
import { about } from "./apps.js";
import { gist } from "./bubble.js";
import { el } from "./dom.js";
import { PICTURES, PLACE, file, picture, voice } from "./enclosures.js";
import { say } from "./words.js";

/** What opens, and what is opened. */
const FOLDS = [
  ["phone-add", "phone-enclose"],
  ["phone-more", "phone-does"],
];
const at = (id) => document.getElementById(id);

export class Composer {
  /** {verb: reply or edit, message}: what the next words are for. */
  aim = null;

  constructor(phone) {
    this.phone = phone;
  }

  start() {
    at("phone-form").onsubmit = (event) => {
      event.preventDefault();
      void this.write();
    };
    at("phone-more").onclick = () => this.unfold("phone-more", "phone-does");
    at("phone-aim-off").onclick = () => {
      this.aimAt(null);
      at("phone-text").focus();
    };
    at("phone-add").onclick = () => this.unfold("phone-add", "phone-enclose");
    at("phone-voice").onclick = async () => this.send({ media: [await voice()] });
    at("phone-place").onclick = () => void this.send({ location: PLACE });
    at("phone-file").onchange = async ({ target }) => {
      const media = await Promise.all([...target.files].map(file));
      target.value = "";
      if (media.length) await this.send({ media });
    };
  }

  async write() {
    const field = at("phone-text");
    const text = field.value.trim();
    if (!text) {
      at("phone-said").classList.add("bad");
      at("phone-said").textContent = say("empty");
    } else if (this.aim?.verb === "edit" ? await this.phone.act("edit", { ...about(this.phone.app, this.aim.message), text }) : await this.send({ text })) {
      field.value = "";
      this.aimAt(null);
    }
    return field.focus();
  }

  async send(given) {
    const reply = this.aim?.verb === "reply" ? { reply_to: this.aim.message.id } : {};
    this.fold();
    const isSent = await this.phone.act("say", { ...given, ...reply });
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
    this.phone.openUp(null);
    if (verb) field.focus();
  }

  unfold(button, part) {
    const isOpen = at(part).hidden;
    this.fold();
    at(part).hidden = !isOpen;
    at(button).setAttribute("aria-expanded", String(isOpen));
    this.phone.scroll();
  }

  fold() {
    for (const [button, part] of FOLDS) {
      if (at(part).contains(document.activeElement)) at(button).focus();
      at(part).hidden = true;
      at(button).setAttribute("aria-expanded", "false");
    }
  }

  draw() {
    for (const what of ["voice", "place"]) at(`phone-${what}`).hidden = !this.phone.app.can.includes(what);
    const choose = async (name) => this.send({ media: [await picture(name)] });
    at("phone-pictures").replaceChildren(
      ...PICTURES.map((name) =>
        el("button", { type: "button", "aria-label": say("phone_picture", { name }), onclick: () => void choose(name) }, el("img", { src: `/static/pictures/${name}.svg`, alt: "" })),
      ),
    );
  }
}
