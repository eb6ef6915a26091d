// What has travelled between the pretend world and the hub: both ways, every app, newest first; a press shows the body.
import { APPS } from "./apps.js";
import { el, icon } from "./dom.js";
import { clock, say } from "./words.js";

const MOST_ROWS = 200;
const KEPT = 1000;
const PLACES = ["email", "webchat", ...APPS.map((app) => app.id)];
const ICONS = { email: "mail", webchat: "chat" };

const at = (id) => document.getElementById(id);
const title = (place) => APPS.find((app) => app.id === place)?.title ?? say(`place_${place}`);

/** A provider that several apps share does not always say whose a call is: it is of all of them. */
const appsOf = (double, app) => (app ? [app] : APPS.filter((one) => one.double === double).map((one) => one.id));

/** A call of the hub's. Looking for news is none. */
const isTrip = (one) => one.what !== "updates" && (one.method !== "GET" || one.what === "file");

const asked = (double) => (one) => ({
  key: `${double}-asked-${one.at}-${one.where}`,
  at: one.at * 1000,
  direction: "out",
  places: appsOf(double, one.app),
  what: say(`what_${one.what || "setup"}`),
  where: `${one.method} ${one.where}`,
  answer: one.status ? String(one.status) : say("no_answer"),
  failed: one.status === 0 || one.status >= 400,
  took_ms: one.took_ms,
  body: one.readable,
});

/** What a provider told the hub: a webhook, or an update that the hub fetched. */
const told = (double) => (one) => ({
  key: `${double}-told-${one.id}`,
  at: one.at * 1000,
  direction: "in",
  places: appsOf(double, one.app),
  what: one.what,
  where: one.where === "getUpdates" ? one.where : `POST ${new URL(one.where).pathname}`,
  answer: answerOf(one),
  failed: one.status < 200 || one.status >= 300,
  took_ms: one.took_ms,
  body: one.body,
});

function answerOf({ status, tries }) {
  if (!tries) return say("never_sent");
  const answer = status ? String(status) : say("no_answer");
  return tries > 1 ? `${answer} · ${say("tries", { count: tries })}` : answer;
}

/** What the mail world, or the shop's page, saw. */
const seen = (one) => ({
  ...one,
  key: `${one.channel}-${one.at}-${one.where}-${one.what}`,
  at: new Date(one.at).getTime(),
  places: [one.channel],
  what: one.channel === "email" ? one.what || say("no_subject") : one.direction === "in" ? say("message") : one.what ? say("text_of", { name: one.what }) : say("notice"),
});

export class Trips {
  /** Key -> how to make its row: the words follow the language. */
  made = new Map();
  open = new Set();
  place = "";

  start() {
    at("trips-place").onchange = ({ target }) => {
      this.place = target.value;
      this.draw();
    };
  }

  /** A travel of the mail world or the chat; `all`: these and no others. */
  see(travels, all = false) {
    if (all) this.drop((key) => PLACES.slice(0, 2).some((place) => key.startsWith(place)));
    this.add(travels, seen);
  }

  /** What a double tells; `all`: everything it knows, in place of what was known. */
  hear({ double, asked: calls = [], told: hooks = [], all = false }) {
    if (all) this.drop((key) => key.startsWith(`${double}-`));
    this.add(calls.filter(isTrip), asked(double));
    this.add(hooks, told(double));
  }

  drop(isGone) {
    for (const key of [...this.made.keys()].filter(isGone)) this.made.delete(key);
  }

  add(found, make) {
    if (!found.length) return;
    for (const one of found) this.made.set(make(one).key, () => make(one));
    for (const key of [...this.made.keys()].slice(0, -KEPT)) this.made.delete(key);
    this.draw();
  }

  draw() {
    const focused = document.activeElement?.id;
    const all = [...this.made.values()].map((make) => make()).filter((one) => !this.place || one.places.includes(this.place));
    const shown = all.sort((one, other) => other.at - one.at).slice(0, MOST_ROWS);
    at("trips-none").hidden = shown.length > 0;
    at("trips-none").textContent = this.place ? say("trips_none_in", { app: title(this.place) }) : say("trips_none");
    at("trips").hidden = shown.length === 0;
    at("trips").tBodies[0].replaceChildren(...shown.flatMap((one) => this.rows(one)));
    if (focused && document.activeElement?.id !== focused) at(focused)?.focus();
  }

  drawPlaces() {
    at("trips-place").replaceChildren(el("option", { value: "" }, say("place_all")), ...PLACES.map((place) => el("option", { value: place, selected: place === this.place }, title(place))));
    this.draw();
  }

  rows(one) {
    const isOpen = this.open.has(one.key);
    return [this.row(one, isOpen), isOpen && el("tr", {}, el("td", { class: "trip__body", colspan: 6 }, el("pre", { tabindex: 0, "aria-label": say("trip_body") }, pretty(one.body))))].filter(Boolean);
  }

  row(one, isOpen) {
    const place = one.places.map(title).join(", ");
    const words = el("span", { class: "cut" }, el("span", { class: "dim" }, place), ` ${one.what}`);
    const glyph = icon(ICONS[one.places[0]] ?? (one.places.length > 1 ? "chat" : one.places[0]), "i16 dim");
    const toggle = () => {
      if (!this.open.delete(one.key)) this.open.add(one.key);
      this.draw();
    };
    const what = one.body ? el("button", { class: "trip__w", type: "button", id: `trip-${one.key}`, "aria-expanded": String(isOpen), onclick: toggle }, glyph, words) : el("span", { class: "trip__w" }, glyph, words);
    return el(
      "tr",
      {},
      el("td", { class: "dim" }, clock(one.at, true)),
      el("td", {}, icon(one.direction, "i16 faint", say(one.direction))),
      el("td", {}, what),
      el("td", {}, el("code", { class: "cut" }, one.where)),
      el("td", { class: one.failed ? "bad" : "", title: one.answer }, el("span", { class: "trip__w" }, one.failed && icon("alert", "i14"), el("span", { class: "cut" }, one.answer))),
      el("td", { class: "r dim" }, one.took_ms ? `${one.took_ms < 10 ? one.took_ms : Math.round(one.took_ms)} ms` : ""),
    );
  }
}

/** A body as people read it: JSON indented, the fields of a form one a line. */
function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    const isForm = /^[\w.]+=[^\s]*(&[\w.]+=[^\s]*)*$/.test(body);
    return isForm ? [...new URLSearchParams(body)].map(([name, value]) => `${name} = ${value}`).join("\n") : body;
  }
}
