// The shop's signed token, as far as the browser may read it: only to notice that somebody else is signed in now. The hub checks it.

import type { Store } from "./store.ts";

/** The account that a token names, or its mail address; null when it cannot be read. */
export function accountOf(token: string): string | null {
  try {
    const text = atob(token.split(".")[0]!.replace(/-/g, "+").replace(/_/g, "/"));
    const said = JSON.parse(text) as { account?: unknown; email?: unknown };
    const account = said.account ?? said.email;
    return account ? String(account) : null;
  } catch {
    return null;
  }
}

/** Notes who is signed in. When it is somebody else than before, or nobody any more (null), nothing of the last one stays: the answer is true. */
export function admit(store: Store, token: string | null): boolean {
  const account = token === null ? null : accountOf(token);
  const before = store.get("account");
  const stranger = token === null || (before !== null && account !== null && before !== account);
  if (stranger) store.forget();
  if (account !== null) store.set("account", account);
  return stranger;
}
