// What the small script on the shop's page and the chat that it loads later know of each other.

import type { Options } from "./options.ts";
import type { Store } from "./store.ts";

export type PageEvent = "ready" | "open" | "close" | "sent" | "message" | "unread";

/** The bubble, as the chat sees it. */
export interface Host {
  readonly options: Options;
  readonly store: Store;
  readonly shadow: ShadowRoot;
  /** Where the chat draws its window. */
  readonly place: HTMLElement;
  readonly isOpen: boolean;
  close(): void;
  open(): void;
  unread(count: number): void;
  addStyles(css: string): void;
  /** The chat speaks another language now: the bubble's words change too. */
  speak(locale: Options["locale"]): void;
  colour(brand: string | null): void;
  emit(event: PageEvent, detail: unknown): void;
}

/** The chat, as the bubble sees it. */
export interface Mounted {
  opened(): void;
  closed(): void;
  /** Somebody signed in or out at the shop; to a stranger nothing of the last one is shown. */
  identify(identity: string | null, stranger: boolean): void;
}

export type Mount = (host: Host) => Mounted;

declare global {
  var HiloChat: { mount: Mount } | undefined;
}
