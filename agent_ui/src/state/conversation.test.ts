import { expect, test } from "vitest";
import { Api } from "../live/api.ts";
import type { Live } from "../live/socket.ts";
import type { ConversationPage, Message } from "../live/types.ts";
import { Conversation } from "./conversation.svelte.ts";
import { happens, message } from "./samples.ts";

const page = (messages: Message[], next: string | null = null): ConversationPage => ({
  customer: { id: "c", name: "Lucía" }, messages, events: [], next, read: 0, draft: null, viewers: [],
});
const inRoot = (message: Message) => ({ ...message, root: "c" });

/** An API that answers from a list, when the test lets it. */
class Answers extends Api {
  asked: string[] = [];
  pages: ConversationPage[] = [];
  let: () => void = () => undefined;
  #wait: Promise<void> | null = null;
  hold() {
    this.#wait = new Promise((resolve) => (this.let = resolve));
  }
  override async get<T>(path: string, query: Record<string, unknown> = {}): Promise<T> {
    this.asked.push(`${path} ${query["before"] ?? ""}`.trim());
    await this.#wait;
    if (path.endsWith("/asides")) return { items: [], read: {} } as T;
    return (path.endsWith("/conversation") ? this.pages.shift() : { id: "c", name: "Lucía" }) as T;
  }
}
const live = { watch: async () => [{ id: "n", name: "Nuria" }] } as unknown as Live;

async function opened(...pages: ConversationPage[]) {
  const api = new Answers();
  api.pages = pages;
  const conversation = new Conversation("c", api);
  await conversation.open(live);
  return { api, conversation };
}
const texts = (conversation: Conversation) => conversation.messages.map(({ text }) => text);

test("messages stand in the order of their numbers, however they came", async () => {
  const { conversation } = await opened(page([message(2)]));
  conversation.apply(happens("message.created", inRoot(message(4))));
  conversation.apply(happens("message.created", inRoot(message(3))));
  expect(texts(conversation)).toEqual(["text 2", "text 3", "text 4"]);
});

test("what was moved to another customer is gone, and what comes back stands in its place", async () => {
  const { conversation } = await opened(page([message(1), message(2), message(3)]));
  conversation.apply(happens("message.gone", { root: "c", messages: ["message-2"] }));
  expect(texts(conversation)).toEqual(["text 1", "text 3"]);
  conversation.apply(happens("message.gone", { root: "somebody else", messages: ["message-3"] }));
  conversation.apply(happens("message.changed", inRoot(message(2)), 2));
  expect(texts(conversation)).toEqual(["text 1", "text 2", "text 3"]);
});

test("a move that was undone elsewhere cannot be undone here once more", async () => {
  const { conversation } = await opened(page([message(1)]));
  const moved = (position: number, data: Record<string, unknown>) => ({ root: "c", position, at: "2026-11-20T10:00:00Z", type: "message.moved", actor: { kind: "human", id: "a", name: "Ana" }, data }) as const;
  conversation.apply(happens("thread.event", moved(7, { move: "one", undone: false })));
  conversation.apply(happens("thread.event", moved(8, { move: "other", undone: false })));
  conversation.apply(happens("thread.event", moved(9, { move: "one", back: true, undone: true })));
  expect(conversation.events.map(({ data }) => data["undone"])).toEqual([true, false, true]);
});

test("an event applied twice changes nothing", async () => {
  const { conversation } = await opened(page([message(1)]));
  for (let twice = 0; twice < 2; twice += 1) conversation.apply(happens("message.created", inRoot(message(2))));
  expect(texts(conversation)).toEqual(["text 1", "text 2"]);
});

test("an event that overtakes the page is not undone by the older page", async () => {
  const api = new Answers();
  api.pages = [page([message(1, { state: "sent" })])];
  api.hold();
  const conversation = new Conversation("c", api);
  const opening = conversation.open(live);
  conversation.apply(happens("message.changed", inRoot(message(1, { state: "read" }))));
  api.let();
  await opening;
  expect(conversation.messages.map(({ state }) => state)).toEqual(["read"]);
});

test("what belongs to another customer is left alone", async () => {
  const { conversation } = await opened(page([]));
  conversation.apply(happens("message.created", { ...message(1), root: "other" }));
  expect(conversation.messages).toEqual([]);
});

test("older pages come before, and the end is known", async () => {
  const { api, conversation } = await opened(page([message(3)], "cursor"), page([message(1), message(2)]));
  expect(conversation.more).toBe(true);
  await conversation.older();
  expect(texts(conversation)).toEqual(["text 1", "text 2", "text 3"]);
  expect(conversation.more).toBe(false);
  expect(api.asked.at(-1)).toBe("/customers/c/conversation cursor");
});

test("opened again it equals the fresh fetch", async () => {
  const { conversation } = await opened(page([message(1), message(2)]), page([message(2, { state: "delivered" })]));
  await conversation.open(live);
  expect(conversation.messages.map(({ number, state }) => [number, state])).toEqual([[2, "delivered"]]);
});

test("whoever writes is no longer writing once the message is there", async () => {
  const { conversation } = await opened(page([]));
  conversation.apply(happens("typing", { root: "c", who: message(1).author, on: true }, null));
  expect(conversation.typing.map(({ name }) => name)).toEqual(["Lucía"]);
  conversation.apply(happens("message.created", inRoot(message(1))));
  expect(conversation.typing).toEqual([]);
});

test("a topic read by itself reaches further back without a hole in the whole thread", async () => {
  const { conversation } = await opened(page([message(8, { topic: "a" }), message(9, { topic: "b" })], "cursor"), page([message(2, { topic: "a" }), message(8, { topic: "a" })]));
  await conversation.older("a");
  expect(conversation.within("a").messages.map(({ number }) => number)).toEqual([2, 8]);
  expect(conversation.within("a").more).toBe(false);
  expect(conversation.messages.map(({ number }) => number)).toEqual([8, 9]);
  expect(conversation.more).toBe(true);
});

test("a customer who has written is not writing any more, whatever the hub calls him or her", async () => {
  const { conversation } = await opened(page([]));
  conversation.apply(happens("typing", { root: "c", who: { kind: "customer", id: null, name: "" }, on: true }, null));
  expect(conversation.typing).toHaveLength(1);
  conversation.apply(happens("message.created", inRoot(message(1))));
  expect(conversation.typing).toEqual([]);
});

/** A page of the thread that comes when the test says so, whichever was asked for first. */
function late(api: Answers) {
  const waiting: ((page: ConversationPage) => void)[] = [];
  api.get = <T,>(path: string) =>
    new Promise<T>((resolve) => (path.endsWith("/conversation") ? waiting.push(resolve as never) : resolve({ id: "c", name: "Lucía", items: [], read: {} } as T)));
  const asked = async (count: number) => {
    while (waiting.length < count) await Promise.resolve();
  };
  return { waiting, asked };
}

test("an older page that was asked for before the whole was fetched anew does not join it", async () => {
  const { api, conversation } = await opened(page([message(4)], "m4"));
  api.hold();
  const older = conversation.older();
  const letOlder = api.let;
  api.hold();
  const again = conversation.open(live);
  api.pages = [page([message(8), message(9)], "m8")];
  api.let();
  await again;
  api.pages = [page([message(1), message(2)])];
  letOlder();
  await older;
  expect(texts(conversation)).toEqual(["text 8", "text 9"]);
  expect(conversation.more).toBe(true);
});

test("what is told between two openings that overlap is not undone by the later one's page", async () => {
  const api = new Answers();
  const { waiting, asked } = late(api);
  const conversation = new Conversation("c", api);
  const [first, second] = [conversation.open(live), conversation.open(live)];
  await asked(2);
  waiting[0]!(page([message(1)]));
  await first;
  conversation.apply(happens("message.created", inRoot(message(2))));
  expect(texts(conversation)).toEqual(["text 1", "text 2"]);
  waiting[1]!(page([message(1)]));
  await second;
  expect(texts(conversation)).toEqual(["text 1", "text 2"]);
});

test("a page that a later one has overtaken is not shown", async () => {
  const api = new Answers();
  const { waiting, asked } = late(api);
  const conversation = new Conversation("c", api);
  const [first, second] = [conversation.open(live), conversation.open(live)];
  await asked(2);
  waiting[1]!(page([message(1), message(2)]));
  await second;
  waiting[0]!(page([message(1)]));
  await first;
  expect(texts(conversation)).toEqual(["text 1", "text 2"]);
  expect(conversation.opening).toBe(false);
});

test("the answer to a message that was sent does not undo what was told of it meanwhile", async () => {
  const { conversation } = await opened(page([]));
  conversation.apply(happens("message.created", inRoot(message(1, { state: "queued" }))));
  conversation.apply(happens("message.changed", inRoot(message(1, { state: "delivered" }))));
  conversation.putMessage(message(1, { state: "queued" }));
  expect(conversation.messages.map(({ state }) => state)).toEqual(["delivered"]);
});

test("the answer to sending again is shown, unless something was told since", async () => {
  const failed = message(1, { state: "failed" });
  const { conversation } = await opened(page([failed]));
  conversation.putMessage(message(1, { state: "queued" }), failed);
  expect(conversation.messages.map(({ state }) => state)).toEqual(["queued"]);
  conversation.apply(happens("message.changed", inRoot(message(1, { state: "sent" }))));
  conversation.putMessage(message(1, { state: "queued" }), failed);
  expect(conversation.messages.map(({ state }) => state)).toEqual(["sent"]);
});

test("of two answers about the customer the one asked for last stays", async () => {
  const { api, conversation } = await opened(page([]));
  const answers: ((customer: object) => void)[] = [];
  api.get = <T,>() => new Promise<T>((resolve) => answers.push(resolve as never));
  const [first, second] = [conversation.refreshCustomer(), conversation.refreshCustomer()];
  answers[1]!({ id: "c", name: "Lucía Vega" });
  await second;
  answers[0]!({ id: "c", name: "Lucía" });
  await first;
  expect(conversation.customer?.name).toBe("Lucía Vega");
});
