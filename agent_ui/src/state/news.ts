/** What is told to the agent beside the lists: sounds and short notices. */
import type { Aside, HubEvent, Message, Offer, OfferEnd, PushedMessage, Told, Work } from "../live/types.ts";
import { play } from "../ui/sounds.ts";
import { personName } from "../ui/sentences.ts";
import { m } from "../ui/words.ts";
import type { Waiting } from "./outbox.svelte.ts";
import { customerAddress, router } from "./router.svelte.ts";
import { toasts } from "./toasts.svelte.ts";

export function offerArrived(offer: Offer): void {
  toasts.closeKey(`offer:${offer.customer.id}`);
  play("offer");
}

/** How an offer ended without this agent's press. */
export function offerEnded(offer: Offer, end: OfferEnd, me: string): void {
  // The one that ran out is told by the list itself, for as long as nothing more comes to this agent.
  if (end.by?.id === me || end.outcome === "timed_out") return;
  const key = `offer:${offer.customer.id}`;
  const strong = offer.customer.name;
  if (end.outcome === "canceled") toasts.show({ kind: "news", key, icon: "x", strong, text: m.offer_left() });
  else if (end.by) toasts.show({ kind: "news", key, icon: "assign", strong, text: m.offer_taken({ who: end.by.name }) });
  else toasts.show({ kind: "news", key, icon: "assign", strong, text: m.offer_gone() });
}

/** Work that went elsewhere while this agent had no connection. */
export function workLost(work: Work): void {
  const action = { label: m.show(), run: () => router.go(customerAddress(work.customer.id)) };
  const text = work.agent ? m.lost_work_taken({ name: work.agent.name }) : m.lost_work();
  toasts.show({ kind: "warning", key: `lost:${work.id}`, icon: "inbox", strong: personName(work.customer.name), text, action });
}

export function messageRefused({ customer }: Waiting): void {
  play("failure");
  const action = { label: m.show(), run: () => router.go(customerAddress(customer)) };
  toasts.show({ kind: "warning", key: `refused:${customer}`, icon: "alert", text: m.message_refused(), action });
}

/** Somebody writes more than one may: for supervisors. */
function flooded({ customer }: Told["sender.flooded"]): void {
  const action = { label: m.show(), run: () => router.go(customerAddress(customer.id)) };
  toasts.show({ kind: "warning", key: `flood:${customer.id}`, icon: "shield", strong: personName(customer.name), text: m.flood_news(), action });
}

export function event({ type, data: message }: HubEvent, { me, open }: { me: string; open: string | null }): void {
  if (type === "sender.flooded") flooded(message);
  if (type === "aside.changed") answered(message.aside, message.message, me);
  if (type !== "message.created" && type !== "message.changed") return;
  if (type === "message.created" && message.direction === "in" && message.root === open && !message.context["held"]) play("message");
  if (type === "message.created" && message.mentions?.includes(me) && message.author.id !== me) mentioned(message);
  if (type === "message.changed" && message.state === "failed" && message.author.id === me) failed(message);
}

/** Whoever was asked beside a matter has answered; colleagues are told by the mention. */
function answered(aside: Aside, message: Message | null, me: string): void {
  if (message?.direction !== "in" || aside.state !== "answered" || message.number !== aside.heard || message.author.id === me) return;
  play("message");
  const action = { label: m.show(), run: () => router.go(customerAddress(aside.root)) };
  toasts.show({ kind: "news", key: `aside:${message.id}`, icon: "people", strong: aside.last.who, text: m.aside_answered_toast({ subject: aside.subject }), action });
}

function mentioned(message: PushedMessage): void {
  const action = { label: m.show(), run: () => router.go(customerAddress(message.root)) };
  toasts.show({ kind: "news", icon: "at", strong: message.author.name, text: m.mentioned_you({ customer: personName(message.customer_name) }), action });
}

function failed(message: PushedMessage): void {
  play("failure");
  const action = { label: m.show(), run: () => router.go(customerAddress(message.root)) };
  toasts.show({ kind: "warning", key: `failed:${message.id}`, icon: "alert", strong: message.customer_name, text: m.message_failed(), action });
}
