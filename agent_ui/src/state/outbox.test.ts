import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refused, Unreachable } from "../live/api.ts";
import { Records, type Box } from "../live/records.ts";
import type { Message, NewMessage } from "../live/types.ts";
import { Outbox, type Waiting } from "./outbox.svelte.ts";
import { message } from "./samples.ts";

/** The browser's storage, with a switch for a full disk. */
class MemoryBox implements Box {
  items = new Map<string, string>();
  full = false;
  get length() {
    return this.items.size;
  }
  key(index: number) {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.full) throw new Error("QuotaExceededError");
    this.items.set(key, value);
  }
  removeItem(key: string) {
    this.items.delete(key);
  }
}

const reply = (id: string): NewMessage => ({ id, kind: "reply", channel: "ch", text: `text of ${id}` });
const refusal = (status: number, code: string) => new Refused(status, code, "no", { text: "too long" }, "4F2", null);

let box: MemoryBox;
let answers: (unknown | undefined)[];
let asked: string[];
let taken: string[];

beforeEach(() => {
  [box, answers, asked, taken] = [new MemoryBox(), [], [], []];
});

afterEach(() => vi.unstubAllGlobals());

function outbox(): Outbox {
  const post = async <T,>(path: string, body?: unknown): Promise<T> => {
    asked.push(`${path} ${(body as NewMessage).id}`);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return message(1, { id: (body as NewMessage).id }) as T;
  };
  return new Outbox({ post }, new Records<Waiting>("outbox.", box), (_, { id }: Message) => taken.push(id));
}

describe("the outbox", () => {
  test("sends what is added while the lock between the tabs is given back", async () => {
    let giveBack: () => void = () => undefined;
    const given = new Promise<void>((resolve) => (giveBack = resolve));
    const request = async (_name: string, work: () => Promise<void>) => {
      await work();
      await given;
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const out = outbox();
    out.add("c", reply("a"));
    const sent = out.flush();
    await vi.waitFor(() => expect(taken).toEqual(["a"]));
    out.add("c", reply("b"));
    giveBack();
    await sent;
    expect(taken).toEqual(["a", "b"]);
    expect(out.count).toBe(0);
  });

  test("hands over what the hub took, and forgets it", async () => {
    const out = outbox();
    out.add("c", reply("a"));
    await out.flush();
    expect(taken).toEqual(["a"]);
    expect(out.count).toBe(0);
    expect(box.length).toBe(0);
  });

  test("keeps a message that could not leave, also for the next page, and sends it under the same id", async () => {
    answers = [new Unreachable("cut")];
    const out = outbox();
    out.add("c", reply("a"));
    await out.flush();
    out.close();
    expect(out.of("c").map((waiting) => [waiting.message.id, waiting.state])).toEqual([["a", "waiting"]]);
    const next = outbox();
    await next.flush();
    expect(asked).toEqual(["/customers/c/messages a", "/customers/c/messages a"]);
    expect(taken).toEqual(["a"]);
  });

  test("sends in the order of writing", async () => {
    answers = [new Unreachable("cut")];
    const out = outbox();
    out.add("c", reply("a"));
    out.add("d", reply("b"));
    out.add("c", reply("c"));
    await out.flush();
    await out.flush();
    out.close();
    expect(taken).toEqual(["a", "b", "c"]);
  });

  test("keeps what the hub refused with its reason, and lets others' messages pass", async () => {
    answers = [refusal(422, "invalid")];
    const out = outbox();
    out.add("c", reply("a"));
    out.add("c", reply("b"));
    out.add("d", reply("c"));
    await out.flush();
    expect(taken).toEqual(["c"]);
    expect(out.of("c").map(({ message: { id }, state, error }) => [id, state, error?.code])).toEqual([["a", "refused", "invalid"], ["b", "waiting", undefined]]);
  });

  test("gives a refused one back to be corrected, and the next one goes", async () => {
    answers = [refusal(422, "invalid")];
    const out = outbox();
    out.add("c", reply("a"));
    out.add("c", reply("b"));
    await out.flush();
    expect(out.take("a")?.message.text).toBe("text of a");
    await out.flush();
    expect(taken).toEqual(["b"]);
  });

  test.each([[401], [429], [503]])("keeps it when the hub answers %d", async (status) => {
    answers = [refusal(status, "later")];
    const out = outbox();
    out.add("c", reply("a"));
    await out.flush();
    out.close();
    expect(out.of("c").map((waiting) => waiting.state)).toEqual(["waiting"]);
  });

  test("says that the words live in this page only when the browser keeps nothing", async () => {
    answers = [new Unreachable("cut")];
    box.full = true;
    const out = outbox();
    out.add("c", reply("a"));
    await out.flush();
    out.close();
    expect(out.fragile).toBe(true);
    expect(out.of("c").map((waiting) => waiting.message.id)).toEqual(["a"]);
  });

  test("sees what another tab wrote", () => {
    const [out, other] = [outbox(), outbox()];
    answers = [new Unreachable("cut")];
    other.add("c", reply("a"));
    out.changed("outbox.a");
    out.close();
    other.close();
    expect(out.of("c").map((waiting) => waiting.message.id)).toEqual(["a"]);
  });
});
