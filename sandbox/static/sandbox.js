// The page where one is the customer: who one is, the phone, the mailbox, the shop, what goes wrong and what has travelled.
import { APPS } from "./apps.js";
import { ask, el, icon } from "./dom.js";
import { AppFaults, switchRow } from "./faults.js";
import { Mailbox } from "./mailbox.js";
import { Phone } from "./phone.js";
import { clock, language, say, sayAll, speak } from "./words.js";

const MOST_ROWS = 200;
const FAULTS = ["slow_ms", "451", "450", "refuse", "552", "drop_after_dot", "hang"];

const at = (id) => document.getElementById(id);
const root = document.documentElement;
const mailbox = new Mailbox();
const appFaults = new AppFaults();
const phone = new Phone(hearDouble, (app) => appFaults.be(app));
let world = null;
let travels = [];

const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const isSignedIn = () => at("session").getAttribute("aria-pressed") === "true";

function drawShop() {
  const query = new URLSearchParams({
    lang: language(),
    theme: isDark() ? "dark" : "light",
    ...(isSignedIn() ? { customer: mailbox.me.id } : {}),
  });
  const address = `/shop?${query}`;
  at("alone").href = address;
  // Going there again without need would close an open chat.
  if (at("shop").getAttribute("src") !== address) at("shop").src = address;
  at("session").querySelector("span").textContent = say(isSignedIn() ? "session" : "no_session");
}

function be(id) {
  const customer = world.customers.find((one) => one.id === id) ?? world.customers[0];
  localStorage.setItem("sandbox:me", customer.id);
  at("me").value = customer.id;
  mailbox.be(customer);
  phone.be(customer);
  drawShop();
}

function drawFaults() {
  const row = (kind) =>
    switchRow(`fault-${kind}`, say(`fault_${kind}`), world.fault === kind, async () => {
      world.fault = (await ask("/world/fault", "PUT", { kind: world.fault === kind ? "" : kind })).fault ?? world.fault;
      drawFaults();
      at(`switch-fault-${kind}`).focus();
    });
  at("faults").replaceChildren(...FAULTS.map(row));
}

/** A call of the hub's to a pretend provider, as something that travelled; looking for news is none. */
const asTravel = (double) => (one) => ({
  at: one.at * 1000,
  direction: "out",
  channel: double,
  what: APPS.filter((app) => app.double === double).map((app) => app.title).join(", "),
  where: `${one.method} ${one.path.replace(/bot\d+:[\w-]+/, "bot…")}`,
  answer: one.status ? String(one.status) : say("no_answer"),
  failed: one.status === 0 || one.status >= 400,
});

const isTrip = (one) => one.method !== "GET" && !/\/getupdates/i.test(one.path);

function hearDouble({ double, faults, asked = [], all }) {
  if (faults) appFaults.know(double, faults);
  if (all) travels = travels.filter((one) => one.channel !== double);
  travels.push(...(all ?? asked).filter(isTrip).map(asTravel(double)));
  travels.sort((one, other) => new Date(one.at) - new Date(other.at));
  drawTravels();
}

function travelRow(one) {
  const what =
    one.channel === "email"
      ? one.what || say("no_subject")
      : APPS.some((app) => app.double === one.channel)
        ? one.what
      : one.direction === "in"
        ? say("message")
        : one.what
          ? say("text_of", { name: one.what })
          : say("notice");
  const answer = one.failed ? [icon("alert", "i14"), one.answer] : [one.answer];
  return el(
    "tr",
    {},
    el("td", { class: "dim" }, clock(one.at, true)),
    el("td", {}, icon(one.direction, "i16 faint", say(one.direction))),
    el(
      "td",
      {},
      el("span", { class: "trip__w" }, icon(one.channel === "email" ? "mail" : "chat", "i16 dim"), el("span", { class: "cut" }, what)),
    ),
    el("td", {}, el("code", { class: "cut" }, one.where)),
    el("td", { class: one.failed ? "bad" : "", title: one.answer }, el("span", { class: "trip__w" }, answer)),
    el("td", { class: "r dim" }, one.took_ms ? `${one.took_ms < 10 ? one.took_ms : Math.round(one.took_ms)} ms` : ""),
  );
}

function drawTravels() {
  at("trips-none").hidden = travels.length > 0;
  at("trips").hidden = travels.length === 0;
  at("trips").tBodies[0].replaceChildren(...travels.slice(-MOST_ROWS).reverse().map(travelRow));
}

async function catchUp() {
  const answer = await ask("/world/travels");
  const ofDoubles = travels.filter((one) => APPS.some((app) => app.double === one.channel));
  travels = [...(answer.items ?? []), ...ofDoubles].sort((one, other) => new Date(one.at) - new Date(other.at));
  drawTravels();
  if (mailbox.me) await mailbox.read();
}

function watch() {
  const events = new EventSource("/world/events");
  events.onopen = () => void catchUp();
  events.onmessage = ({ data }) => {
    const travel = JSON.parse(data);
    travels.push(travel);
    drawTravels();
    if (travel.channel === "email") void mailbox.read();
  };
}

async function again() {
  const answer = await ask("/world/again", "POST");
  at("again-said").className = `t12 ${answer.ok ? "ok" : "bad"}`;
  at("again-said").textContent = answer.ok
    ? say("sent", { reply: String(answer.code) })
    : answer.error === "no mail has been written yet"
      ? say("none_yet")
      : say("failed", { reply: answer.error });
}

function drawWords() {
  sayAll();
  at("language").setAttribute("aria-label", say("other"));
  at("language").lang = language() === "es" ? "en" : "es";
  drawFaults();
  drawTravels();
  mailbox.draw();
  phone.draw();
  drawShop();
}

function dress(theme) {
  if (theme) root.dataset.theme = theme;
  if (theme) localStorage.setItem("sandbox:theme", theme);
}

async function start() {
  dress(localStorage.getItem("sandbox:theme"));
  world = await ask("/world");
  if (!world.ok) return void document.body.prepend(el("p", { role: "alert", class: "none bad" }, say("unreachable", { why: world.error })));
  Object.assign(mailbox, { customers: world.customers, support: world.support });
  at("console").href = world.hub;
  at("session").hidden = !world.signed;
  if (!world.signed) at("session").setAttribute("aria-pressed", "false");
  at("me").replaceChildren(...world.customers.map((one) => el("option", { value: one.id }, one.name)));
  at("me").onchange = () => be(at("me").value);
  at("compose").onclick = () => mailbox.compose();
  at("again").onclick = () => void again();
  at("session").onclick = () => {
    at("session").setAttribute("aria-pressed", String(!isSignedIn()));
    drawShop();
  };
  at("theme").onclick = () => {
    dress(isDark() ? "light" : "dark");
    drawShop();
  };
  at("language").onclick = () => {
    speak(language() === "es" ? "en" : "es");
    drawWords();
  };
  phone.accounts = (await ask("/world/accounts")).items ?? [];
  be(localStorage.getItem("sandbox:me"));
  drawWords();
  phone.start();
  return watch();
}

void start();
