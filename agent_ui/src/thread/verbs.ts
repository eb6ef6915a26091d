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

/** Another time for what waits for its time; null sends it now. */
export async function reschedule(conversation: Conversation, message: Message, at: Date | null): Promise<boolean> {
  return told(conversation.name, async () => conversation.putMessage(await desk.api.put<Message>(`/messages/${message.id}/send-at`, { send_at: at?.toISOString() ?? null }), message));
}

/** Puts a sign of ours on a message, or takes it away (null). */
export async function react(conversation: Conversation, message: Message, emoji: string | null): Promise<void> {
  const path = `/messages/${message.id}/reaction`;
  await told(conversation.name, async () => conversation.putMessage(await (emoji ? desk.api.put<Message>(path, { emoji }) : desk.api.delete<Message>(path)), message));
}

/** Changes what a message of ours says, at the customer's too. Answers true when the hub took it. */
export async function edit(conversation: Conversation, message: Message, text: string): Promise<boolean> {
  return told(conversation.name, async () => conversation.putMessage(await desk.api.patch<Message>(`/messages/${message.id}`, { text }), message));
}

/** Takes a message of ours back, at the customer's too. */
export async function remove(conversation: Conversation, message: Message): Promise<boolean> {
  return told(conversation.name, async () => conversation.putMessage(await desk.api.delete<Message>(`/messages/${message.id}`), message));
}

/** Asks the provider once more for a file that did not come. */
export async function fetchAgain(conversation: Conversation, message: Message, file: string): Promise<void> {
  await told(conversation.name, async () => conversation.putMessage(await desk.api.post<Message>(`/attachments/${file}/fetch`), message));
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
