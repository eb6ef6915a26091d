/** What an agent can do against those who write what nobody wants. Each is told in a notice, with the way back. */
import type { Block } from "../channels/hub.ts";
import { desk } from "../state/desk.svelte.ts";
import { router } from "../state/router.svelte.ts";
import { toasts } from "../state/toasts.svelte.ts";
import { failure } from "../ui/sentences.ts";
import { m } from "../ui/words.ts";

/** A topic is spam: it leaves the lists, and so does the agent. */
export async function markSpam(name: string, topic: string): Promise<void> {
  const done = await told(name, () => desk.api.post<Block>(`/topics/${topic}/spam`));
  if (!done) return;
  router.go("/");
  toasts.show({ kind: "news", icon: "shield", strong: name, text: m.spam_marked(), action: { label: m.undo(), run: () => void putBack(name, topic) } });
}

/** A topic is no spam. Answers true when it came back. */
export async function putBack(name: string, topic: string): Promise<boolean> {
  const done = await told(name, () => desk.api.post(`/topics/${topic}/not-spam`));
  if (done) toasts.show({ kind: "news", icon: "undo", strong: name, text: m.spam_back(), action: { label: m.spam_mark(), run: () => void markSpam(name, topic) } });
  return done;
}

/** Tells of a block, with the way back. */
export function blocked(block: Block): void {
  const text = m.block_done({ what: block.value });
  toasts.show({ kind: "news", icon: "hand", text, action: { label: m.undo(), run: () => void unblock(block, true) } });
}

/** Lets a sender in again; with `restore` what the block had set aside comes back. */
export async function unblock(block: Block, restore: boolean): Promise<boolean> {
  const done = await told(block.value, () => desk.api.delete(`/blocks/${block.id}${restore ? "?restore=true" : ""}`));
  if (done) toasts.show({ kind: "news", icon: "undo", strong: block.value, text: m.unblocked() });
  return done;
}

async function told(name: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    toasts.show({ kind: "news", icon: "alert", strong: name, text: failure(error) });
    return false;
  }
}
