/** Where messages belong: a claimed sender is who he says he is, a part of a topic is one of its own, a message is another's. Each can be taken
 *  back from the notice that tells of it. */
import { Refused } from "../live/api.ts";
import type { Customer, Message, Moved } from "../live/types.ts";
import type { Conversation } from "../state/conversation.svelte.ts";
import { desk } from "../state/desk.svelte.ts";
import { toasts } from "../state/toasts.svelte.ts";
import { failure } from "../ui/sentences.ts";
import { m } from "../ui/words.ts";

/** It is really from that address: the conversation becomes part of its owner's, or the address one of this customer's. */
export async function vouch(conversation: Conversation, address: string): Promise<void> {
  await told(conversation.name, async () => {
    try {
      const { identities } = await desk.api.post<Customer>(`/customers/${conversation.root}/identities`, { kind: "email", value: address });
      const added = identities.find(({ kind, value }) => kind === "email" && value === address);
      done(conversation.name, "id", m.claimed_told({ address }), added && `/customers/${conversation.root}/identities/${added.id}`);
      await conversation.refreshCustomer();
    } catch (error) {
      const owner = error instanceof Refused && error.code === "identity_taken" ? error.fields["customer"] : null;
      if (!owner) throw error;
      const { join } = await desk.api.post<{ join: string }>(`/customers/${owner}/joins`, { customer: conversation.root });
      done(conversation.name, "join", m.joined_done(), `/joins/${join}`);
      desk.refreshConversation();
    }
  });
}

/** Makes a topic of its own of a message and what follows it. Throws what the hub refuses. */
export async function split(conversation: Conversation, message: Message, wanted: { subject: string; queue?: string }): Promise<void> {
  const { move, topic } = await desk.api.post<Moved>(`/messages/${message.id}/split`, wanted);
  done(conversation.name, "split", m.moved_split({ topic: topic.subject || topic.code }), `/moves/${move}`);
  desk.refreshConversation();
}

export interface Place {
  topic?: string;
  customer?: string;
  /** With all that follow it in its topic. */
  onward: boolean;
}

/** Moves a message. Throws what the hub refuses, for the window that asked. */
export async function move(message: Message, place: Place, name: string): Promise<void> {
  const { move: id, topic } = await desk.api.post<Moved>(`/messages/${message.id}/move`, place);
  done(name, "transfer", m.moved_done({ topic: topic.subject || topic.code }), `/moves/${id}`);
  desk.refreshConversation();
}

/** The same, where nobody waits for the answer. */
export async function moveOrTell(conversation: Conversation, message: Message, place: Place): Promise<void> {
  await told(conversation.name, () => move(message, place, conversation.name));
}

/** Undoes a move. Answers true when it is undone. */
export async function putBack(conversation: Conversation, id: string): Promise<boolean> {
  return told(conversation.name, async () => {
    await desk.api.delete(`/moves/${id}`);
    toasts.show({ kind: "news", icon: "undo", strong: conversation.name, text: m.moved_back() });
    desk.refreshConversation();
  });
}

/** Tells that it is done, with the way back: what is deleted at this address is undone. */
function done(name: string, icon: string, text: string, undo: string | undefined): void {
  const back = () => void told(name, async () => {
    if (undo) await desk.api.delete(undo);
    desk.refreshConversation();
  });
  toasts.show({ kind: "news", icon, strong: name, text, action: undo ? { label: m.undo(), run: back } : undefined });
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
