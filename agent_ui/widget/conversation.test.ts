import assert from "node:assert/strict";
import { test } from "node:test";
import type { VisitorMessage, Welcome } from "./contract.ts";
import { apply, blank, isRead, lastNumber, NOBODY, unread, type Conversation, type Event } from "./conversation.ts";
import { write } from "./outbox.ts";

const message = (id: string, number: number, from: VisitorMessage["from"] = "agent"): VisitorMessage => ({
  id,
  number,
  at: "2026-11-20T10:36:07.123Z",
  from,
  name: "Ana",
  text: id,
  attachments: [],
  state: "received",
  channel: "webchat",
});

const welcome = (visitor: string, messages: VisitorMessage[] = []): Welcome => ({
  token: "t",
  visitor,
  brand: { name: "Barro y Lino", color: null, logo: null },
  hours: { open: true, opens_at: null },
  messages,
  state: NOBODY,
});

const after = (events: Event[], start = blank()): Conversation => events.reduce(apply, start);

test("messages stand by number whatever order they came in", () => {
  const now = after([
    { type: "message", data: message("b", 9) },
    { type: "message", data: message("a", 4) },
  ]);
  assert.deepEqual(
    now.messages.map((one) => one.id),
    ["a", "b"],
  );
  assert.equal(lastNumber(now), 9);
});

test("every event twice gives the same as once", () => {
  const pending = write("m", "hello", [], 1, []);
  const events: Event[] = [
    { type: "welcomed", data: welcome("v", [message("a", 1)]) },
    { type: "waiting", data: [pending] },
    { type: "accepted", data: { id: "m", number: 3, at: "2026-11-20T10:37:00.000Z" }, pending },
    { type: "message", data: message("b", 4) },
    { type: "message.changed", data: { id: "m", state: "read" } },
    { type: "seen", data: 4 },
  ];
  assert.deepEqual(after(events.flatMap((event) => [event, event])), after(events));
});

test("a pending message becomes one message, by its receipt and by its echo", () => {
  const pending = write("m", "hello", [], 1, []);
  const waiting = after([{ type: "waiting", data: [pending] }]);
  const echo = { ...message("m", 3, "visitor"), text: "hello" };
  const receipt: Event = { type: "accepted", data: { id: "m", number: 3, at: echo.at }, pending };
  for (const events of [
    [receipt, { type: "message", data: echo }],
    [{ type: "message", data: echo }, receipt],
  ] as Event[][]) {
    const now = after(events, waiting);
    assert.deepEqual(
      now.messages.map((one) => one.id),
      ["m"],
    );
    assert.deepEqual(now.pending, []);
  }
});

test("a message that the hub already has is not shown as waiting after a reload", () => {
  const pending = write("m", "hello", [], 1, []);
  const now = after([{ type: "welcomed", data: welcome("v", [message("m", 3, "visitor")]) }], blank([pending]));
  assert.deepEqual(now.pending, []);
});

test("another visitor's thread never stays on the screen", () => {
  const now = after([
    { type: "welcomed", data: welcome("ana", [message("a", 1)]) },
    { type: "welcomed", data: welcome("luis", [message("b", 7)]) },
  ]);
  assert.deepEqual(
    now.messages.map((one) => one.id),
    ["b"],
  );
});

test("a message that was taken back is gone", () => {
  const now = after([
    { type: "message", data: message("a", 1) },
    { type: "message.changed", data: { id: "a", state: "canceled" } },
  ]);
  assert.deepEqual(now.messages, []);
});

test("a resumed connection adds what was missed and keeps what was there", () => {
  const now = after([
    { type: "welcomed", data: welcome("v", [message("a", 1)]) },
    { type: "link", data: "offline" },
    { type: "welcomed", data: welcome("v", [message("b", 2)]) },
  ]);
  assert.deepEqual(
    now.messages.map((one) => one.id),
    ["a", "b"],
  );
  assert.equal(now.link, "live");
});

test("unread counts the agent's messages beyond the mark and the mark never goes back", () => {
  const start = after([
    { type: "message", data: message("a", 1) },
    { type: "message", data: message("me", 2, "visitor") },
    { type: "message", data: message("b", 3) },
  ]);
  assert.equal(unread(start).length, 2);
  assert.equal(
    unread(
      after(
        [
          { type: "seen", data: 3 },
          { type: "seen", data: 1 },
        ],
        start,
      ),
    ).length,
    0,
  );
});

test("the company's mark reads every message up to it", () => {
  const now = after([{ type: "state", data: { ...NOBODY, phase: "talking", read_to: 5 } }]);
  assert.equal(isRead(now, message("a", 5, "visitor")), true);
  assert.equal(isRead(now, message("b", 6, "visitor")), false);
});

test("nobody is typing once the message is there, or the line is cut", () => {
  const typing = after([{ type: "typing", data: { on: true, name: "Ana" } }]);
  assert.equal(typing.typing, "Ana");
  assert.equal(apply(typing, { type: "message", data: message("a", 1) }).typing, null);
  assert.equal(apply(typing, { type: "link", data: "offline" }).typing, null);
});

test("forgetting leaves no word behind", () => {
  const now = after([
    { type: "message", data: message("a", 1) },
    { type: "waiting", data: [write("m", "x", [], 1, [])] },
    { type: "forgotten" },
  ]);
  assert.deepEqual([now.messages, now.pending, now.visitor], [[], [], null]);
});
