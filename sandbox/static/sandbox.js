// The page where one is the customer: who one is, the phone, the mailbox, the shop, what goes wrong and what has travelled.
import { ask, el } from "./dom.js";
import { AppFaults, switchRow } from "./faults.js";
import { Mailbox } from "./mailbox.js";
import { Phone } from "./phone.js";
import { Trips } from "./trips.js";
import { language, say, sayAll, speak } from "./words.js";

const FAULTS = ["slow_ms", "451", "450", "refuse", "552", "drop_after_dot", "hang"];

const at = (id) => document.getElementById(id);
const root = document.documentElement;
const mailbox = new Mailbox();
const appFaults = new AppFaults();
const trips = new Trips();
const phone = new Phone(hearDouble, (app) => appFaults.be(app));
let world = null;

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

function hearDouble(told) {
  if (told.faults) appFaults.know(told.double, told.faults);
  trips.hear(told);
}

async function catchUp() {
  const answer = await ask("/world/travels");
  trips.see(answer.items ?? [], true);
  if (mailbox.me) await mailbox.read();
}

function watch() {
  const events = new EventSource("/world/events");
  events.onopen = () => void catchUp();
  events.onmessage = ({ data }) => {
    const travel = JSON.parse(data);
    trips.see([travel]);
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
  trips.drawPlaces();
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
  appFaults.start();
  trips.start();
  phone.start();
  return watch();
}

void start();
