import assert from "node:assert/strict";
import { test } from "node:test";
import { write } from "./outbox.ts";
import { shelfInMemory, Store } from "./store.ts";

test("unsent words of two tabs stand side by side and come back in order", () => {
  const shelf = shelfInMemory();
  const [one, two] = [new Store("shop", shelf, shelfInMemory()), new Store("shop", shelf, shelfInMemory())];
  two.keep(write("b", "second", [], 20, []));
  one.keep(write("a", "first", [], 10, []));
  assert.deepEqual(
    new Store("shop", shelf, shelfInMemory()).waiting().map((item) => item.text),
    ["first", "second"],
  );
  two.accept(one.waiting()[0]!, { id: "a", number: 1, at: "" });
  assert.deepEqual(
    one.waiting().map((item) => item.id),
    ["b"],
  );
});

test("channels on one shop do not see each other", () => {
  const shelf = shelfInMemory();
  new Store("one", shelf, shelfInMemory()).set("token", "secret");
  assert.equal(new Store("two", shelf, shelfInMemory()).get("token"), null);
});

test("forgetting keeps the language and no word", () => {
  const store = new Store("shop", shelfInMemory(), shelfInMemory());
  store.set("locale", "es");
  store.set("token", "secret");
  store.draft = { text: "half a sentence", attachments: [] };
  store.keep(write("a", "hello", [], 1, []));
  store.forget();
  assert.deepEqual([store.get("token"), store.draft.text, store.waiting(), store.get("locale")], [null, "", [], "es"]);
});

test("a damaged entry is passed over, the others stay", () => {
  const shelf = shelfInMemory();
  const store = new Store("shop", shelf, shelfInMemory());
  shelf.setItem("hilo:shop:out:x", "{");
  store.keep(write("a", "hello", [], 1, []));
  assert.deepEqual(
    store.waiting().map((item) => item.id),
    ["a"],
  );
});
