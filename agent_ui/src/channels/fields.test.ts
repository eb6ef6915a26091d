import { expect, test } from "vitest";
import { changes, filled, groups, initial, isShown } from "./fields.ts";
import type { FieldView } from "./hub.ts";

const words = { es: "", en: "" };
const field = (name: string, more: Partial<FieldView> = {}): FieldView => ({
  name, kind: "text", label: words, help: words, group: "", secret: false, required: false, default: "", choices: [], shape: "", generated: false,
  shown_if: null, low: null, high: null, max_length: null, example: "", ...more,
});

const TOKEN = field("token", { secret: true, required: true, default: null });
const MODE = field("mode", { kind: "choice", choices: ["poll", "webhook"], default: "poll" });
const KEY = field("key", { secret: true, generated: true, shown_if: ["mode", "webhook"] });
const PORT = field("port", { kind: "number", default: 587, group: "out" });
const TLS = field("tls", { kind: "switch", default: true, group: "out" });
const FORM = [TOKEN, MODE, PORT, KEY, TLS];

test("a new form shows what is usual", () => expect(initial(FORM)).toEqual({ token: "", mode: "poll", key: "", port: "587", tls: true }));
test("a form of a channel shows what is set, and no secret", () => {
  expect(initial(FORM, { token: "never", port: 25, tls: false })).toMatchObject({ token: "", port: "25", tls: false });
});
test("a choice that nobody made for us begins with the first one", () => {
  expect(initial([field("region", { kind: "choice", required: true, default: null, choices: ["eu", "us"] })])).toEqual({ region: "eu" });
});
test("a field is hidden while another has another value", () => {
  expect(isShown(KEY, { mode: "poll" })).toBe(false);
  expect(isShown(KEY, { mode: "webhook" })).toBe(true);
});
test("a field can hang on a switch", () => expect(isShown(field("x", { shown_if: ["tls", "true"] }), { tls: true })).toBe(true));
test("what is hidden or empty is not sent", () => {
  expect(filled(FORM, { token: " 1:a ", mode: "poll", key: "left over", port: "", tls: false })).toEqual({ token: "1:a", mode: "poll", tls: false });
});
test("a number is sent as a number, and what is none as it was written", () => {
  expect(filled([PORT], { port: "25" })).toEqual({ port: 25 });
  expect(filled([PORT], { port: "2 5" })).toEqual({ port: "2 5" });
});
test("only what was changed is sent, and what was emptied goes back to what is usual", () => {
  const before = initial(FORM, { mode: "poll", port: 25 });
  expect(changes(FORM, before, { ...before, port: "", tls: false })).toEqual({ port: null, tls: false });
  expect(changes(FORM, before, before)).toEqual({});
});
test("fields without a group come first, each other group where its first field stands", () => {
  expect(groups([PORT, TOKEN, TLS, MODE]).map(({ name, fields }) => [name, fields.map((one) => one.name)])).toEqual([["", ["token", "mode"]], ["out", ["port", "tls"]]]);
});
