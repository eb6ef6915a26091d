import assert from "node:assert/strict";
import { test } from "node:test";
import { accountOf, admit } from "./identity.ts";
import { shelfInMemory, Store } from "./store.ts";

const signed = (said: object): string => `${Buffer.from(JSON.stringify(said)).toString("base64url")}.signature`;
const kept = (): Store => {
  const store = new Store("shop", shelfInMemory(), shelfInMemory());
  store.set("token", "of the thread");
  return store;
};

test("a token names its account, or else its mail address", () => {
  assert.equal(accountOf(signed({ account: 17, email: "a@b.c" })), "17");
  assert.equal(accountOf(signed({ email: "lucía@b.c" })) !== null, true);
  assert.equal(accountOf("rubbish"), null);
  assert.equal(accountOf(signed({ name: "Ana" })), null);
});

test("signing in keeps the thread that began without a name", () => {
  const store = kept();
  assert.equal(admit(store, signed({ account: "ana" })), false);
  assert.equal(admit(store, signed({ account: "ana", exp: 2 })), false);
  assert.equal(store.get("token"), "of the thread");
});

test("another customer at the same browser starts from nothing", () => {
  const store = kept();
  admit(store, signed({ account: "ana" }));
  assert.equal(admit(store, signed({ account: "luis" })), true);
  assert.deepEqual([store.get("token"), store.get("account")], [null, "luis"]);
});

test("signing out leaves nothing behind", () => {
  const store = kept();
  admit(store, signed({ account: "ana" }));
  assert.equal(admit(store, null), true);
  assert.deepEqual([store.get("token"), store.get("account")], [null, null]);
});
