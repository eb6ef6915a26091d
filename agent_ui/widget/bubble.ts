// The bubble on the shop's page: draws the button, loads the chat when somebody needs it, and gives the page `window.Hilo`.

import { palette, parse, solid } from "./colour.ts";
import type { Host, Mounted, PageEvent } from "./host.ts";
import { admit } from "./identity.ts";
import { pickLocale, type Options } from "./options.ts";
import { pause } from "./outbox.ts";
import { Store } from "./store.ts";
import styles from "./style/bubble.css?inline";
import labels from "./messages/bubble.json" with { type: "json" };

const ANIL = "#3d4db5";
const CHAT_ICON =
  "M4.5 4.25h11A1.75 1.75 0 0 1 17.25 6v6.75a1.75 1.75 0 0 1-1.75 1.75H10.2L6.7 17.2v-2.7H4.5a1.75 1.75 0 0 1-1.75-1.75V6A1.75 1.75 0 0 1 4.5 4.25zM6.5 8h7M6.5 10.9h4.2";
const DOWN_ICON = "m5.75 8 4.25 4.25L14.25 8";

type Heard = (detail: unknown) => void;

export class Bubble implements Host {
  readonly options: Options;
  readonly store: Store;
  readonly shadow: ShadowRoot;
  readonly place = document.createElement("div");
  readonly #host = document.createElement("hilo-chat");
  readonly #frame = document.createElement("aside");
  readonly #button = document.createElement("button");
  readonly #path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  readonly #count = document.createElement("span");
  readonly #notice = document.createElement("p");
  readonly #heard = new Map<PageEvent, Set<Heard>>();
  #locale: Options["locale"];
  #loading: Promise<void> | null = null;
  #chat: Mounted | null = null;
  #unread = 0;

  constructor(options: Options) {
    this.options = options;
    this.store = new Store(options.channel);
    if (options.identity) admit(this.store, options.identity);
    const kept = this.store.get("locale");
    this.#locale = options.locale = kept ? pickLocale([kept]) : options.locale;
    this.shadow = this.#host.attachShadow({ mode: "open" });
    this.addStyles(styles);
    this.#build();
    this.colour(null);
    this.unread(Number(this.store.get("unread") ?? 0));
    document.body.append(this.#host);
    if (this.store.open) this.open(false);
    else if (this.store.get("token")) whenIdle(() => void this.#load());
  }

  get isOpen(): boolean {
    return this.#frame.dataset.open === "true";
  }

  // What the page may call as window.Hilo

  open(focus = true): void {
    this.#show(true);
    this.store.open = true;
    this.emit("open", null);
    void this.#load().then(() => focus && this.#chat?.opened());
  }

  close(): void {
    if (!this.isOpen) return;
    this.#show(false);
    this.store.open = false;
    this.#chat?.closed();
    this.#button.focus();
    this.emit("close", null);
  }

  identify(identity: string | null): void {
    this.options.identity = identity;
    const stranger = admit(this.store, identity);
    if (stranger) this.unread(0);
    this.#chat?.identify(identity, stranger);
  }

  /** Calls `heard` at every such event; the answer stops it. */
  on(event: PageEvent, heard: Heard): () => void {
    const all = this.#heard.get(event) ?? new Set();
    this.#heard.set(event, all.add(heard));
    return () => void all.delete(heard);
  }

  // What the chat tells

  emit(event: PageEvent, detail: unknown): void {
    for (const heard of this.#heard.get(event) ?? []) heard(detail);
  }

  unread(count: number): void {
    if (count !== this.#unread) this.emit("unread", count);
    this.#unread = count;
    this.store.set("unread", String(count));
    this.#count.hidden = count === 0;
    this.#count.textContent = count > 99 ? "99+" : String(count);
    this.#label();
  }

  speak(locale: Options["locale"]): void {
    this.#locale = locale;
    this.store.set("locale", locale);
    this.#label();
  }

  colour(brand: string | null): void {
    const given = this.options.colour ?? brand ?? ANIL;
    const tints = palette(solid(parse(given) ?? parse(asComputed(given)) ?? parse(ANIL)!));
    const set = (name: string, value: string) => this.#host.style.setProperty(`--w-${name}`, value);
    set("brand", tints.solid);
    set("on-brand", tints.on);
    for (const name of ["text", "wash", "tint"] as const) set(`brand-${name}`, `light-dark(${tints[name].join(", ")})`);
  }

  // Inside

  addStyles(css: string): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.shadow.adoptedStyleSheets.push(sheet);
  }

  #build(): void {
    this.#host.style.setProperty("--font", getComputedStyle(document.body).fontFamily);
    if (this.options.theme !== "page") this.#host.style.colorScheme = this.options.theme;
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("viewBox", "0 0 20 20");
    icon.setAttribute("class", "i");
    icon.setAttribute("aria-hidden", "true");
    icon.append(this.#path);
    this.#count.className = "count";
    this.#count.setAttribute("aria-hidden", "true");
    this.#notice.className = "notice";
    this.#notice.setAttribute("role", "status");
    this.#notice.hidden = true;
    this.#button.className = "launch";
    this.#button.append(icon, this.#count);
    this.#button.onclick = () => (this.isOpen ? this.close() : this.open());
    this.#frame.className = "chat";
    this.#frame.append(this.place, this.#notice, this.#button);
    this.shadow.append(this.#frame);
    this.#show(false);
  }

  #show(open: boolean): void {
    this.#frame.dataset.open = String(open);
    this.#path.setAttribute("d", open ? DOWN_ICON : CHAT_ICON);
    this.#button.setAttribute("aria-expanded", String(open));
    this.#notice.hidden ||= !open;
    this.#label();
  }

  #label(): void {
    const words = labels[this.#locale];
    const unread = this.#unread === 1 ? words.one : words.many.replace("{n}", String(this.#unread));
    this.#frame.setAttribute("aria-label", words.name);
    this.#frame.lang = this.#locale;
    this.#button.setAttribute("aria-label", this.isOpen ? words.close : this.#unread ? `${words.open}, ${unread}` : words.open);
    this.#notice.textContent = words.unreachable;
  }

  #load(): Promise<void> {
    this.#loading ??= loadScript(`${this.options.hub}widget-chat.js`, () => (this.#notice.hidden = !this.isOpen)).then(() => {
      this.#notice.hidden = true;
      this.#chat = globalThis.HiloChat!.mount(this);
      this.emit("ready", null);
    });
    return this.#loading;
  }
}

function asComputed(colour: string): string {
  const probe = document.createElement("i");
  probe.style.color = colour;
  document.body.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}

function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: 4000 });
  else setTimeout(work, 1000);
}

/** Loads a script; when the line is down it tries again, with growing pauses, until it is there. */
function loadScript(address: string, failed: () => void, tries = 1): Promise<void> {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      failed();
      setTimeout(() => resolve(loadScript(address, failed, tries + 1)), pause(tries));
    };
    document.head.append(script);
  });
}
