import { expect, test } from "vitest";
import { healthOf } from "./health.ts";
import { dictionary, w } from "./say.ts";

await dictionary.open();
const text = (does?: string) => healthOf({ enabled: true, state: "up", does }, 0).text;

test("what a healthy channel does is said as its kind says it", () => {
  expect(text("both")).toBe(w.health_up_text());
  expect(text("receives")).toBe(w.health_receives_text());
  expect(text("records")).toBe(w.health_records_text());
  expect(text()).toBe(w.health_up_text());
});

test("a channel that is down says so, whatever it does else", () => {
  expect(healthOf({ enabled: true, state: "down", does: "records" }, 0).text).toBe(w.health_down_text());
});
