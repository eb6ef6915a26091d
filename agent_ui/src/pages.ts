/** The pages beside the inbox, fetched when they are opened first, or while the browser has nothing else to do: later they open at once, also without a
 *  connection. */
import type { Component, Snippet } from "svelte";

type Loaded<Props extends object> = () => Promise<{ default: Component<Props & { rail: Snippet }> }>;

export const pages = {
  customers: (() => import("./customer/CustomersPage.svelte")) satisfies Loaded<object>,
  commitments: (() => import("./customer/CommitmentsPage.svelte")) satisfies Loaded<object>,
  supervise: (() => import("./supervise/SupervisePage.svelte")) satisfies Loaded<{ work: string | null }>,
  settings: (() => import("./admin/SettingsPage.svelte")) satisfies Loaded<{ section: string; rest: string[] }>,
};

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
