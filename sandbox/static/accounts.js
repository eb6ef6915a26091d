// The accounts that are free at the pretend providers: what one copies into the form of a new channel.
import { APPS } from "./apps.js";
import { ask, el } from "./dom.js";
import { say, sayAll } from "./words.js";

const ADVANCED = ["base_url", "graph_url"];
const at = (id) => document.getElementById(id);
const label = (app, field) => say(app === "telegram" && field === "base_url" ? "field_telegram_base_url" : `field_${field}`);

function copyButton(value, name) {
  const button = el("button", { class: "btn btn--sm", type: "button", "aria-label": `${say("copy")}: ${name}` }, say("copy"));
  button.onclick = async () => {
    await navigator.clipboard.writeText(value);
    button.textContent = say("copied");
  };
  return button;
}

function row(app, [field, value]) {
  const name = label(app, field);
  return el(
    "div",
    {},
    el("dt", {}, name, ADVANCED.includes(field) && el("span", { class: "dim t12" }, ` ${say("accounts_advanced")}`)),
    el("dd", {}, el("code", {}, value), copyButton(value, name)),
  );
}

function card(account, hub) {
  const { title } = APPS.find((one) => one.id === account.app);
  const address = `${hub}/settings/channels/new/${account.app}`;
  return el(
    "section",
    { class: "account", "aria-label": title },
    el("h2", { class: "strong t15" }, title),
    el("p", { class: "t12 dim" }, say("accounts_where"), " ", el("a", { href: address, target: "hilo-console" }, address)),
    el("dl", {}, Object.entries(account.settings).map((field) => row(account.app, field))),
  );
}

async function start() {
  const theme = localStorage.getItem("sandbox:theme");
  if (theme) document.documentElement.dataset.theme = theme;
  sayAll();
  document.title = say("accounts_title");
  const [world, { items = [] }] = await Promise.all([ask("/world"), ask("/world/accounts")]);
  if (!world.ok) return void at("accounts").replaceChildren(el("p", { role: "alert", class: "none bad" }, say("unreachable", { why: world.error })));
  const free = items.filter((one) => Object.keys(one.settings).length);
  at("lead").textContent = say("accounts_lead", { name: free[0].name });
  at("accounts").replaceChildren(...free.map((one) => card(one, world.hub)));
}

void start();
