// What goes wrong in the phone's apps: each fault befalls the next call of one purpose, or the next webhook, and is over.
import { ask, el } from "./dom.js";
import { say } from "./words.js";

const ANSWERS = ["429", "500", "500_after", "refuse", "401", "slow", "hang", "cut", "cut_before", "garbage"];
const WEBHOOKS = ["twice", "late", "shuffled", "unsigned", "lost"];
const SLOW_MS = 5000;

const at = (id) => document.getElementById(id);

export function switchRow(id, label, isOn, onclick) {
  return el(
    "li",
    {},
    el("span", { class: "grow cut", id }, label),
    el("button", { class: "switch", type: "button", role: "switch", id: `switch-${id}`, "aria-checked": String(isOn), "aria-labelledby": id, onclick }),
  );
}

export class AppFaults {
  app = null;
  /** What the calls are for that answers go wrong of; empty: any. */
  what = "send";
  /** Double -> the faults that are still to come. */
  due = new Map();

  start() {
    at("app-fault-what").onchange = ({ target }) => {
      this.what = target.value;
      this.draw();
    };
  }

  be(app) {
    this.app = app;
    if (this.what && !app.calls.includes(this.what)) this.what = "send";
    this.draw();
  }

  know(double, faults) {
    this.due.set(double, faults);
    if (this.app) this.draw();
  }

  draw() {
    const focused = document.activeElement?.id;
    at("wrong-app").textContent = say("wrong_app", { app: this.app.title });
    const option = (what) => el("option", { value: what, selected: what === this.what }, say(`what_${what || "any"}`));
    at("app-fault-what").replaceChildren(...[...this.app.calls, ""].map(option));
    at("app-faults").replaceChildren(...ANSWERS.map((kind) => this.row(kind)));
    at("app-hook-faults").replaceChildren(...WEBHOOKS.map((kind) => this.row(kind)));
    if (focused && document.activeElement?.id !== focused) at(focused)?.focus();
  }

  row(kind) {
    const isOn = (this.due.get(this.app.double) ?? []).some((one) => one.kind === kind && this.concerns(one));
    return switchRow(`app-fault-${kind}`, say(`app_fault_${kind}`), isOn, () => void this.set(isOn ? null : kind));
  }

  /** Meta's apps share a double: a fault names its app. */
  concerns = (fault) => fault.app === this.app.id && (WEBHOOKS.includes(fault.kind) || fault.what === this.what);

  /** One at a time. */
  async set(kind) {
    const address = `/doubles/${this.app.double}/faults`;
    const slow = kind === "slow" || kind === "late" ? { ms: SLOW_MS } : {};
    await fetch(address, { method: "DELETE" });
    if (kind) await fetch(address, { method: "POST", body: JSON.stringify({ kind, ...slow, app: this.app.id, what: WEBHOOKS.includes(kind) ? "" : this.what }) });
  }
}
