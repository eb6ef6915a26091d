import { describe, expect, test } from "vitest";
import type { Aside, Message, Person, ThreadEvent } from "../live/types.ts";
import type { Waiting } from "../state/outbox.svelte.ts";
import { firstUnread, grewAbove, rows, type Contents } from "./rows.ts";

const lucia: Person = { kind: "customer", id: "lucia", name: "Lucía" };
const ana: Person = { kind: "human", id: "ana", name: "Ana" };

function message(number: number, at: string, author: Person = lucia): Message {
  return { id: `m${number}`, number, at, author, direction: author === lucia ? "in" : "out" } as Message;
}

function assigned(position: number, at: string): ThreadEvent {
  return { position, at, type: "work.assigned", actor: ana, data: {} };
}

function waiting(id: string): Waiting {
  return { customer: "lucia", message: { id, kind: "reply", channel: null, text: "Hola" }, at: 1, state: "waiting", error: null };
}

function kinds(contents: Partial<Contents>): string[] {
  return rows({ messages: [], events: [], waiting: [], typing: [], unread: null, ...contents }).map((row) => row.kind);
}

describe("the rows of a thread", () => {
  test("a heading stands above the first row of each day", () => {
    const messages = [message(1, "2026-11-19T10:00:00"), message(2, "2026-11-19T11:00:00"), message(3, "2026-11-20T09:00:00")];
    expect(kinds({ messages })).toEqual(["day", "message", "message", "day", "message"]);
  });

  test("messages that came too fast stand as one row until it is opened", () => {
    const held = (number: number) => ({ ...message(number, `2026-11-20T10:00:0${number}`), context: { held: "quota" } });
    const messages = [message(1, "2026-11-20T10:00:01"), held(2), held(3), message(4, "2026-11-20T10:00:04"), held(5)];
    const closed = rows({ messages, events: [], waiting: [], typing: [], unread: null });
    expect(closed.map((row) => (row.kind === "held" ? row.count : row.kind))).toEqual(["day", "message", 2, "message", 1]);
    expect(kinds({ messages, opened: new Set(["held:m2"]) })).toEqual(["day", "message", "message", "message", "message", "held"]);
  });

  test("what happened stands between the messages around it", () => {
    const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-20T11:00:00")];
    expect(kinds({ messages, events: [assigned(7, "2026-11-20T10:30:00"), assigned(8, "2026-11-20T12:00:00")] })).toEqual(["day", "message", "event", "message", "event"]);
  });

  test("what happened stands by its time, also when the ledger learned of it later", () => {
    const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-20T11:00:00")];
    expect(kinds({ messages, events: [assigned(7, "2026-11-20T12:00:00"), assigned(8, "2026-11-20T10:30:00")] })).toEqual(["day", "message", "event", "message", "event"]);
  });

  test("the mark of what is new stands above the first new message", () => {
    const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-20T11:00:00")];
    expect(kinds({ messages, unread: "m2" })).toEqual(["day", "message", "unread", "message"]);
  });

  test("a message that the hub has taken is not shown as waiting as well", () => {
    const messages = [message(1, "2026-11-20T10:00:00", ana)];
    expect(kinds({ messages, waiting: [waiting("m1"), waiting("m2")] })).toEqual(["day", "message", "waiting"]);
  });

  test("who is writing stands at the end", () => {
    expect(kinds({ messages: [message(1, "2026-11-20T10:00:00")], waiting: [waiting("w")], typing: [lucia] })).toEqual(["day", "message", "waiting", "typing"]);
  });

  test("every key stands once, also when a mail of yesterday came after one of today", () => {
    const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-19T11:00:00"), message(3, "2026-11-20T12:00:00")];
    const keys = rows({ messages, events: [], waiting: [], typing: [], unread: null }).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("what is new", () => {
  const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-20T11:00:00", ana), message(3, "2026-11-20T12:00:00")];

  test("begins with the first message of someone else after the last one read", () => {
    expect(firstUnread(messages, 1, "ana")).toBe("m3");
  });

  test("is nothing when all was read, and nothing when the conversation was never opened", () => {
    expect(firstUnread(messages, 3, "ana")).toBeNull();
    expect(firstUnread(messages, 0, "ana")).toBeNull();
  });
});

describe("growing", () => {
  const list = (...numbers: number[]) => rows({ messages: numbers.map((n) => message(n, "2026-11-20T10:00:00")), events: [], waiting: [], typing: [], unread: null });

  test("older messages of the same day above leave the eye where it is", () => {
    expect(grewAbove(list(5, 6), list(3, 4, 5, 6))).toBe(true);
  });

  test("a new message below is not growing above", () => {
    expect(grewAbove(list(5, 6), list(5, 6, 7))).toBe(false);
    expect(grewAbove([], list(5, 6))).toBe(false);
  });
});

test("what is asked beside the matter stands where it was begun", () => {
  const aside = { id: "a", at: "2026-11-20T10:30:00" } as Aside;
  const messages = [message(1, "2026-11-20T10:00:00"), message(2, "2026-11-20T11:00:00")];
  expect(kinds({ messages, asides: [aside] })).toEqual(["day", "message", "aside", "message"]);
});
