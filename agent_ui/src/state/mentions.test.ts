import { expect, test } from "vitest";
import { Mentions } from "./mentions.svelte.ts";
import { happens } from "./samples.ts";

const api = { get: async <T>(): Promise<T> => ({ items: [], next: null }) as T };
const note = (id: string, author: string) =>
  happens("message.created", { id, number: 7, at: "2026-11-20T10:00:00.000Z", text: "@Ana", root: "c", customer_name: "Marta", mentions: ["me"], author: { kind: "human", id: author, name: "Luis" } });

test("a mention is there at once, each once, and read with its conversation", () => {
  const mentions = new Mentions(api, () => "me");
  mentions.apply(note("m1", "luis"));
  mentions.apply(note("m1", "luis"));
  expect([mentions.items.length, mentions.unread]).toEqual([1, 1]);
  mentions.read("c", 6);
  expect(mentions.unread).toBe(1);
  mentions.read("c", 7);
  expect(mentions.unread).toBe(0);
});

test("one does not mention oneself, and other people's mentions are not mine", () => {
  const mentions = new Mentions(api, () => "me");
  mentions.apply(note("m1", "me"));
  mentions.apply(happens("message.created", { id: "m2", mentions: ["luis"], author: { kind: "human", id: "eva", name: "Eva" } }));
  expect(mentions.items).toEqual([]);
});
