import { expect, test } from "vitest";
import { Refused } from "../live/api.ts";
import { SettingsForm } from "./form.svelte.ts";
import type { ChannelDetail, ConnectorView, FieldView } from "./hub.ts";

const words = { es: "", en: "" };
const secret = (name: string, generated = false): FieldView => ({
  name, kind: "text", label: words, help: words, group: "", secret: true, required: !generated, default: null, choices: [], shape: "", generated,
  shown_if: null, low: null, high: null, max_length: null, example: "",
});
const KIND = { id: "http", form: [secret("token"), secret("key", true)] } as unknown as ConnectorView;
const CHANNEL = { name: "Web", queue: { id: "q", name: "Ventas" }, settings: {}, secrets: { token: true, key: true }, problems: {} } as unknown as ChannelDetail;
const refused = (fields: Record<string, string>) => new Refused(422, "invalid_settings", "", fields, null, null);

test("a new channel's secret is open, unless the hub makes it", () => {
  const form = new SettingsForm(KIND);
  expect(form.fields.map((field) => form.closed(field))).toEqual([false, true]);
});
test("a secret that is set stays closed and is not sent", () => {
  const form = new SettingsForm(KIND, CHANNEL);
  expect(form.fields.map((field) => form.closed(field))).toEqual([true, true]);
  expect([form.settings, form.about, form.dirty]).toEqual([{}, {}, false]);
});
test("what was typed into an opened box is thrown away with it", () => {
  const form = new SettingsForm(KIND, CHANNEL);
  form.open("token");
  form.change("token", "new");
  expect([form.dirty, form.settings]).toEqual([true, { token: "new" }]);
  form.close("token");
  expect([form.dirty, form.settings]).toEqual([false, {}]);
});
test("what the hub said stands at its field until that changes", () => {
  const form = new SettingsForm(KIND);
  expect(form.refuse(refused({ token: "required", elsewhere: "odd" }))).toBe(true);
  expect([form.problem("token"), form.firstProblem, form.otherProblems]).toEqual(["required", "token", ["elsewhere: odd"]]);
  form.change("token", "x");
  expect(form.problem("token")).toBeUndefined();
});
test("another error is not of the fields", () => expect(new SettingsForm(KIND).refuse(new Error("no network"))).toBe(false));
test("a new name is sent by itself", () => {
  const form = new SettingsForm(KIND, CHANNEL);
  form.change("name", " Tienda ");
  expect(form.about).toEqual({ name: "Tienda" });
});
test("what is kept would not be lost", () => {
  const form = new SettingsForm(KIND);
  form.change("token", "x");
  form.kept();
  expect(form.dirty).toBe(false);
});
