import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, isPassing, next, pause, write, type Pending } from "./outbox.ts";

const at = (id: string, written: number): Pending => ({ id, text: id, attachments: [], written, refused: null });

test("messages leave in the order they were written, also when the clock stands still", () => {
  const first = write("b", "one", [], 1000, []);
  const second = write("a", "two", [], 1000, [first]);
  assert.deepEqual(
    inOrder([second, first]).map((one) => one.text),
    ["one", "two"],
  );
});

test("a clock that was set back does not overtake what is already waiting", () => {
  const first = write("a", "one", [], 9000, []);
  const second = write("b", "two", [], 10, [first]);
  assert.equal(next([second, first])?.text, "one");
});

test("a message refused for good does not hold up the next one", () => {
  const refused = { ...at("a", 1), refused: { code: "too_long", message: "Too long" } };
  assert.equal(next([refused, at("b", 2)])?.id, "b");
});

test("nothing is next when everything was refused or sent", () => {
  assert.equal(next([]), undefined);
  assert.equal(next([{ ...at("a", 1), refused: { code: "too_long", message: "" } }]), undefined);
});

test("going too fast passes by itself, being too long does not", () => {
  assert.equal(isPassing({ code: "too_fast", message: "" }), true);
  assert.equal(isPassing({ code: "not_now", message: "" }), true);
  assert.equal(isPassing({ code: "too_long", message: "" }), false);
});

test("pauses double from one second to thirty", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map(pause), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});
