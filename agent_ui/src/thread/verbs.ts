/** What an agent can do with a message or an event of the thread. What the hub refuses is told in a notice. */
import type { Message } from "../live/types.ts";
import type { Conversation } from "../state/conversation.svelte.ts";
import { desk } from "../state/desk.svelte.ts";
import { toasts } from "../state/toasts.svelte.ts";
import { failure } from "../ui/sentences.ts";
import { m } from "../ui/words.ts";

export async function retry(conversation: Conversation, message: Message): Promise<void> {
  await told(conversation.name, async () => conversation.putMessage(await desk.api.post<Message>(`/messages/${message.id}/retry`), message));
}

/** Takes back what has not left yet. Answers true when it did not leave. */
export async function takeBack(conversation: Conversation, message: Message): Promise<boolean> {
  return told(conversation.name, async () => conversation.putMessage(await desk.api.post<Message>(`/messages/${message.id}/cancel`), message));
}

/** Undoes a join: nothing of either customer is lost. */
export async function part(conversation: Conversation, join: string): Promise<boolean> {
  const done = await told(conversation.name, () => desk.api.delete(`/joins/${join}`));
  if (!done) return false;
  toasts.show({ kind: "news", icon: "split", strong: conversation.name, text: m.parted_done() });
  desk.refreshConversation();
  return true;
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
