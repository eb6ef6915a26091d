import { describe, expect, test } from "vitest";
import type { Reach } from "../live/types.ts";
import { addresses, asLink, fileRoom, filledIn, lockOf, room, tight, tooLong, wayKey, wayOf, wrongAddresses } from "./limits.ts";

const file = (name: string, size: number) => new File([new Uint8Array(size)], name);
const way = (id: string, value: string, last = false) => ({ channel: { id, connector: id, name: id }, address: { kind: "email", value }, last }) as Reach;

describe("room for text", () => {
  test("is counted as people count: an emoji is one character", () => {
    expect(room("Hola 👋", { text: 10 })).toEqual({ used: 6, most: 10, parts: 1 });
  });

  test("has no end where the channel sets none", () => {
    expect(room("x".repeat(9_999), { text: 0 })).toEqual({ used: 9_999, most: null, parts: 1 });
    expect(tooLong(room("x".repeat(9_999), {}))).toBe(false);
  });

  test("is tight before it is used up", () => {
    expect(tight(room("x".repeat(91), { text: 100 }))).toBe(true);
    expect(tooLong(room("x".repeat(100), { text: 100 }))).toBe(false);
    expect(tooLong(room("x".repeat(101), { text: 100 }))).toBe(true);
  });
});

describe("the channel's own way of counting", () => {
  test.each([["utf16", 7], ["utf8", 9], ["gsm7", 7], ["characters", 6], ["of a later hub", 6]])("%s", (text_unit, used) => {
    expect(room("Hola 👋", { text: 100, text_unit }).used).toBe(used);
  });

  test("what is longer than one message goes in several, up to so many", () => {
    expect(room("x".repeat(25), { text: 10, parts: 3 })).toEqual({ used: 25, most: 30, parts: 3 });
  });
});

describe("a file goes as a link", () => {
  const limits = { media_types: ["image/jpeg", "audio/*"], media_bytes: { image: 100, file: 50 } };
  test.each([
    ["image/jpeg", 100, false],
    ["image/jpeg", 101, true],
    ["image/heic", 10, true],
    ["audio/ogg", 9_999, false],
    ["application/pdf", 10, true],
  ])("%s of %i bytes: %s", (type, size, link) => expect(asLink({ type, size }, limits)).toBe(link));
  test("never where the channel takes all", () => expect(asLink({ type: "x/y", size: 9_999 }, {})).toBe(false));
});

describe("a way is locked", () => {
  const at = "2026-11-20T10:00:00Z";
  test("by who does not want to hear from us", () => expect(lockOf({ consent: { given: false, reason: "stop_word", at }, window: { allows: "free", until: null } })).toBe("consent"));
  test("when only a template is possible, or nothing", () => {
    expect(lockOf({ consent: null, window: { allows: "template", until: null } })).toBe("template");
    expect(lockOf({ consent: { given: true, reason: "start_word", at }, window: { allows: "closed", until: null } })).toBe("closed");
  });
  test("until the customer has agreed, whatever else is allowed", () => {
    expect(lockOf({ consent: null, needs_consent: true, window: { allows: "template", until: null } })).toBe("agree");
    expect(lockOf({ consent: { given: true, reason: "by_phone", at }, needs_consent: false, window: { allows: "free", until: null } })).toBeNull();
  });
  test("not while one may write", () => expect(lockOf({ consent: null, window: { allows: "tagged", until: at } })).toBeNull());
});

test("a template shows what is filled in and what is missing", () => {
  expect(filledIn({ text: "Hola {{1}}, tu pedido {{ pedido }} sale hoy" }, { 1: "Lucía", pedido: " " })).toBe("Hola Lucía, tu pedido {{ pedido }} sale hoy");
});

describe("files", () => {
  test("too big and too many are told apart", () => {
    const [small, big, more] = [file("a", 10), file("b", 200), file("c", 10)];
    expect(fileRoom([small, big, more], 1, { attachments: 2, attachment_bytes: 100 })).toEqual({ fit: [small], tooBig: [big], tooMany: [more] });
  });

  test("of a channel that takes none do not fit", () => {
    expect(fileRoom([file("a", 1)], 0, { attachments: 0 }).fit).toEqual([]);
  });
});

describe("the way to answer", () => {
  const ways = [way("chat", "8817"), way("mail", "lucia@ferrer.example", true)];

  test("is the one the customer used last, until another is chosen", () => {
    expect(wayOf(ways, null)).toBe(ways[1]);
    expect(wayOf(ways, wayKey(ways[0]!))).toBe(ways[0]);
  });

  test("that was chosen and is gone gives way to the last one", () => {
    expect(wayOf(ways, "gone")).toBe(ways[1]);
    expect(wayOf([], null)).toBeNull();
  });
});

describe("copies", () => {
  test("are separated by commas, semicolons and spaces", () => {
    expect(addresses(" a@x.es, b@x.es;c@x.es  a@x.es ")).toEqual(["a@x.es", "b@x.es", "c@x.es"]);
  });

  test("that cannot be an address are named", () => {
    expect(wrongAddresses(["a@x.es", "ana", "b@x"])).toEqual(["ana", "b@x"]);
  });
});
