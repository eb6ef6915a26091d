/** Where messages belong: a claimed sender is who he says he is. Each can be taken back from the notice that tells of it. */
import { Refused } from "../live/api.ts";
import type { Customer } from "../live/types.ts";
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

/** Tells that it is done, with the way back: what is deleted at this address is undone. */
function done(name: string, icon: string, text: string, undo: string | undefined): void {
  const back = () => void told(name, async () => {
    if (undo) await desk.api.delete(undo);
    desk.refreshConversation();
  });
  toasts.show({ kind: "news", icon, strong: name, text, action: undo ? { label: m.undo(), run: back } : undefined });
}

async function told(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toasts.show({ kind: "news", icon: "alert", strong: name, text: failure(error) });
  }
}
