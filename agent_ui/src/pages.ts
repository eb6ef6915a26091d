/** The pages beside the inbox, fetched when they are opened first, or while the browser has nothing else to do: later they open at once, also without a
 *  connection. */
import type { Component, Snippet } from "svelte";
import type { Aside, ChannelRef, Customer } from "./live/types.ts";
import type { Conversation } from "./state/conversation.svelte.ts";
import { toasts } from "./state/toasts.svelte.ts";
import { m } from "./ui/words.ts";

type Loaded<Props extends object> = () => Promise<{ default: Component<Props & { rail: Snippet }> }>;

export const pages = {
  customers: (() => import("./customer/CustomersPage.svelte")) satisfies Loaded<object>,
  commitments: (() => import("./customer/CommitmentsPage.svelte")) satisfies Loaded<object>,
  spam: (() => import("./unwanted/SpamPage.svelte")) satisfies Loaded<object>,
  supervise: (() => import("./supervise/SupervisePage.svelte")) satisfies Loaded<{ work: string | null }>,
  settings: (() => import("./admin/SettingsPage.svelte")) satisfies Loaded<{ section: string; rest: string[] }>,
};

type Asked<Props extends object> = () => Promise<{ default: Component<Props & { open: boolean }, object, "open"> }>;

/** What is asked now and then: fetched then. */
export const dialogs = {
  visit: (() => import("./customer/VisitDialog.svelte")) satisfies Asked<{ customer?: string }>,
  consent: (() => import("./customer/ConsentDialog.svelte")) satisfies Asked<{ conversation: Conversation; address: { kind: string; value: string } }>,
  block: (() => import("./unwanted/BlockDialog.svelte")) satisfies Asked<{ conversation: Conversation; topic: string }>,
  invite: (() => import("./customer/InviteDialog.svelte")) satisfies Asked<{ conversation: Conversation; channel: ChannelRef }>,
  aside: (() => import("./thread/aside/AsideDrawer.svelte")) satisfies Asked<{ conversation: Conversation; topic: string | null; aside: Aside | null }>,
};

/** What only mail needs, fetched when somebody writes one. */
export const writing = {
  mail: () => import("./writing/Writing.ts"),
  editor: () => import("./writing/Editor.svelte"),
  signatures: () => import("./writing/Signatures.svelte"),
  time: (() => import("./writing/TimeDialog.svelte")) satisfies Asked<{ first: Date; onchoose: (at: Date) => void }>,
  letter: (() => import("./writing/LetterDialog.svelte")) satisfies Asked<{ customer?: Customer }>,
};

/** What was asked for, or null and a notice when it does not come. */
export async function fetched<Made>(load: () => Promise<{ default: Made }>): Promise<Made | null> {
  try {
    return (await load()).default;
  } catch {
    toasts.show({ kind: "news", icon: "alert", text: m.error_unreachable() });
    return null;
  }
}

/** What only administrators need, inside the settings. */
export async function administration() {
  const [page, { dictionary }] = await Promise.all([import("./channels/Administration.svelte"), import("./channels/say.ts")]);
  await dictionary.open();
  return page;
}

/** Fetches what the agent may open. What does not come now is asked for again when it is opened. */
export function fetchAhead(supervises: boolean, administers: boolean): void {
  const fetch = () => {
    for (const [name, load] of Object.entries(pages)) if (name !== "supervise" || supervises) void load().catch(() => undefined);
    if (administers) void administration().catch(() => undefined);
  };
  // Safari has no idle callback.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(fetch, { timeout: 10_000 });
  else setTimeout(fetch, 3_000);
}
