import assert from "node:assert/strict";
import { test } from "node:test";
import { pickLocale, readOptions } from "./options.ts";

test("the hub is the folder that the script came from", () => {
  const options = readOptions({ src: "https://hub.example/chat/widget.js?v=3", dataset: {} }, []);
  assert.equal(options.hub, "https://hub.example/chat/");
});

test("the script line decides the language, then the page, then the browser", () => {
  assert.equal(readOptions({ src: "https://h/w.js", dataset: { locale: "en-GB" } }, ["es"]).locale, "en");
  assert.equal(pickLocale(["", "es-419", "en"]), "es");
  assert.equal(pickLocale(["de", "fr"]), "en");
});

test("an unknown theme follows the page", () => {
  assert.equal(readOptions({ src: "https://h/w.js", dataset: { theme: "purple" } }, []).theme, "page");
  assert.equal(readOptions({ src: "https://h/w.js", dataset: { theme: "dark" } }, []).theme, "dark");
});
