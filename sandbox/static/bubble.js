// One message on the phone: its words and files, what it answers, who reacted, how far it got, and what can be done with it.
import { el, icon } from "./dom.js";
import { clock, say } from "./words.js";

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" };

/** `does`: press(message, button), react(message, sign), reply, edit, remove, open(message); `answered`: the message it answers, if known. */
export function bubble(app, one, { answered, isOpen, does }) {
  const signs = Object.values(one.reactions);
  return el(
    "li",
    { class: one.mine ? "bubble bubble--mine" : "bubble" },
    el(
      "div",
      { class: `bubble__body${one.deleted ? " bubble__body--gone" : ""}` },
      one.reply_to && !one.deleted && el("blockquote", {}, answered ? gist(answered) : say("phone_quoted")),
      one.deleted ? el("p", {}, say("deleted")) : content(one),
    ),
    signs.length > 0 && el("span", { class: "bubble__signs" }, signs.join(" ")),
    !one.deleted && one.buttons.length > 0 && el("div", { class: "bubble__buttons" }, one.buttons.map((button) => el("button", { class: "btn btn--sm", type: "button", onclick: () => does.press(one, button) }, button.title))),
    foot(app, one, isOpen, does),
    isOpen && choices(app, one, does),
  );
}

/** A message in one line, for a quotation. */
export const gist = (one) => (one.deleted ? say("deleted") : one.text || (one.media[0] ? say(`kind_${kindOf(one.media[0])}`) : place(one)?.name) || say("message"));

function content(one) {
  const where = place(one);
  const card = one.extra.contact;
  return [
    one.media.map(enclosure),
    where && el("p", { class: "bubble__place" }, icon("pin", "i20"), el("span", {}, el("b", {}, where.name ?? say("kind_place")), where.address && el("span", {}, where.address), el("span", { class: "num" }, `${where.latitude}, ${where.longitude}`))),
    card && el("p", {}, card.name ?? card.first_name, " ", card.phone ?? card.phone_number),
    one.text && el("p", {}, one.text),
  ].flat();
}

function place(one) {
  const { location, venue } = one.extra;
  if (!location) return null;
  return { ...location, ...(venue ? { name: venue.title, address: venue.address } : {}) };
}

function kindOf(given) {
  const broad = (given.type || "").split("/")[0];
  if (["image", "video", "audio", "voice"].includes(given.kind)) return given.kind;
  if (given.kind === "sticker") return "image";
  return given.kind !== "file" && given.kind !== "document" && ["image", "video", "audio"].includes(broad) ? broad : "file";
}

function enclosure(given) {
  const src = given.url ?? `data:${given.type};base64,${given.data}`;
  const name = given.name || say(`kind_${kindOf(given)}`);
  const kinds = {
    image: () => el("img", { src, alt: name }),
    video: () => el("video", { src, controls: true, "aria-label": name }),
    audio: () => el("audio", { src, controls: true, "aria-label": name }),
    voice: () => el("audio", { src, controls: true, "aria-label": say("kind_voice") }),
    file: () => el("a", { class: "bubble__file", href: src, download: name }, icon("file", "i20"), el("span", { class: "cut" }, name)),
  };
  return kinds[kindOf(given)]();
}

function foot(app, one, isOpen, does) {
  const options = !one.deleted && choicesOf(app, one).length + (app.signs && !one.mine ? 1 : 0) > 0;
  return el(
    "span",
    { class: "bubble__foot" },
    one.edited && !one.deleted && el("span", {}, say("edited")),
    el("time", {}, clock(one.at * 1000)),
    one.state && el("span", { role: "img", "aria-label": say(`state_${one.state}`), class: `tick tick--${one.state}` }, `${app.ticks || one.state === "failed" ? `${TICKS[one.state] ?? ""} ` : ""}${say(`state_${one.state}`)}`),
    options && el("button", { class: "ib", type: "button", id: `more-${one.id}`, "aria-label": say("do_more"), "aria-expanded": String(isOpen), onclick: () => does.open(one) }, icon("more", "i14")),
  );
}

const choicesOf = (app, one) => [app.can.includes("reply") && "reply", one.mine && one.text && app.can.includes("edit") && "edit", one.mine && app.can.includes("delete") && "delete"].filter(Boolean);

function choices(app, one, does) {
  const signs = one.mine || !app.signs ? [] : app.signs;
  return el(
    "div",
    { class: "bubble__menu", role: "group", "aria-label": say("do_more") },
    signs.map((sign) =>
      el("button", { class: "ib", type: "button", "aria-label": say("do_react", { sign }), "aria-pressed": String(one.reactions.customer === sign), onclick: () => does.react(one, sign) }, sign),
    ),
    choicesOf(app, one).map((verb) => el("button", { class: "btn btn--sm btn--quiet", type: "button", onclick: () => does[verb](one) }, say(`do_${verb}`))),
  );
}
