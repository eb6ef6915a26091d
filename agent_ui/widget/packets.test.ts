import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, event, read } from "./packets.ts";

const N = "/visitor";

test("the greeting of the line tells how often it beats", () => {
  assert.deepEqual(read('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}', N), {
    type: "open",
    interval: 25000,
    grace: 20000,
  });
});

test("events and answers of our namespace are read, with commas and brackets in them", () => {
  assert.deepEqual(read('42/visitor,["event",{"type":"message","data":{"text":"a,[b"}}]', N), {
    type: "event",
    name: "event",
    data: { type: "message", data: { text: "a,[b" } },
  });
  assert.deepEqual(read('43/visitor,17[{"number":3}]', N), { type: "answer", id: 17, data: { number: 3 } });
  assert.deepEqual(read("43/visitor,18[]", N), { type: "answer", id: 18, data: undefined });
  assert.deepEqual(read('42/visitor,["event",{"text":"two\\nlines\u2028"}]', N), {
    type: "event",
    name: "event",
    data: { text: "two\nlines\u2028" },
  });
});

test("connecting ends in yes or in a reason", () => {
  assert.deepEqual(read('40/visitor,{"sid":"x"}', N), { type: "connected" });
  assert.deepEqual(read('44/visitor,{"message":"origin_not_allowed"}', N), { type: "refused", message: "origin_not_allowed" });
  assert.deepEqual(read('44/visitor,"Unable to connect"', N), { type: "refused", message: "Unable to connect" });
});

test("goodbyes and pings are read, other namespaces and rubbish are passed over", () => {
  assert.deepEqual(
    ["1", "2", "41/visitor,"].map((frame) => read(frame, N)?.type),
    ["goodbye", "ping", "goodbye"],
  );
  for (const frame of ["", "6", "40{}", '42/agent,["event",{}]', "42/visitor,{broken", "0{broken", "4", '451-/visitor,["x"]'])
    assert.equal(read(frame, N), null, frame);
});

test("what we write is what the protocol says", () => {
  assert.equal(connect(N, { channel: "key" }), '40/visitor,{"channel":"key"}');
  assert.equal(event(N, "message", { id: "m" }, 7), '42/visitor,7["message",{"id":"m"}]');
  assert.equal(event(N, "typing", { on: true }), '42/visitor,["typing",{"on":true}]');
});
