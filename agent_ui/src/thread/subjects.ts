/** Which mail an answer by mail goes on from, and under which subject. Pure. */
import type { Message } from "../live/types.ts";

/** The customer's last mail in a matter; of all matters when none is named. */
export function mailAnswered(messages: readonly Message[], topic: string | null): Message | undefined {
  return messages.findLast((message) => message.direction === "in" && message.channel?.connector === "email" && (topic === null || message.topic === topic));
}

/** The subject of that mail, else of the matter, as an answer has it; null when neither has one. */
export function subjectOf(mail: Message | undefined, topics: readonly { id: string; subject?: string | null }[], topic: string | null): string | null {
  const found = mail?.subject || topics.find((one) => one.id === topic)?.subject;
  return found ? (/^re:/iu.test(found) ? found : `Re: ${found}`) : null;
}
