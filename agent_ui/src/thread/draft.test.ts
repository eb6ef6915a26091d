import { beforeEach, describe, expect, test, vi } from "vitest";
import { Records } from "../live/records.ts";
import { BegunAnswer, type Begun } from "./draft.svelte.ts";

class MemoryBox extends Map<string, string> {
  get length() {
    return this.size;
  }
  key = (index: number) => [...this.keys()][index] ?? null;
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

let records: Records<Begun>;
let put: ReturnType<typeof vi.fn>;
const begin = () => new BegunAnswer("lucia", { put: put as never }, records, () => "channel");

beforeEach(() => {
  vi.useFakeTimers();
  records = new Records<Begun>("draft.", new MemoryBox());
  put = vi.fn(() => Promise.resolve());
});

describe("an answer begun", () => {
  test("is in the browser at every key", () => {
    begin().change({ reply: "Hola" });
    expect(begin().text).toBe("Hola");
  });

  test("goes to the hub once when the keys rest", async () => {
    const answer = begin();
    answer.change({ reply: "H" });
    answer.change({ reply: "Hola" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(put).toHaveBeenCalledExactlyOnceWith("/customers/lucia/draft", { kind: "reply", text: "Hola", channel: "channel", topic: null, subject: "", html: "" });
    expect(answer.saved).toBe("hub");
  });

  test("stays in the browser while the hub is away, and goes when it is back", async () => {
    put.mockRejectedValueOnce(new Error("away"));
    const answer = begin();
    answer.change({ reply: "Hola" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(answer.saved).toBe("here");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answer.saved).toBe("hub");
  });

  test("is saved one after the other: words that were sent do not come back", async () => {
    const answers: (() => void)[] = [];
    put.mockImplementation(() => new Promise<void>((resolve) => answers.push(resolve)));
    const answer = begin();
    answer.change({ reply: "Hola" });
    const first = answer.flush();
    answer.clear();
    expect(put).toHaveBeenCalledTimes(1);
    answers.shift()!();
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(2));
    answers.shift()!();
    await first;
    expect(put.mock.calls.map(([, draft]) => (draft as { text: string }).text)).toEqual(["Hola", ""]);
    expect(answer.saved).toBe("none");
    expect(records.all()).toEqual([]);
  });

  test("keeps the note while a reply is written", () => {
    const answer = begin();
    answer.change({ kind: "note", note: "Ojo" });
    answer.change({ kind: "reply", reply: "Hola" });
    answer.clear();
    expect(begin().now.note).toBe("Ojo");
    expect(begin().now.reply).toBe("");
  });

  test("takes what was begun on another computer", () => {
    const answer = begin();
    answer.meet({ kind: "reply", text: "Desde casa", channel: null, topic: null, subject: null });
    expect(answer.text).toBe("Desde casa");
    expect(begin().text).toBe("Desde casa");
  });

  test("is not touched by a page that is older than what was typed, saved or sent here", async () => {
    const answer = begin();
    answer.change({ reply: "Hola" });
    await answer.flush();
    answer.meet(null);
    expect(answer.text).toBe("Hola");
    answer.clear();
    answer.meet({ kind: "reply", text: "Hola", channel: null, topic: null, subject: null });
    expect(answer.text).toBe("");
  });

  test("gives way to what was written on another computer since, and stays when the hub has nothing", async () => {
    begin().change({ reply: "Hola" });
    await vi.advanceTimersByTimeAsync(2_000);
    const next = begin();
    next.meet(null);
    expect(next.text).toBe("Hola");
    const last = begin();
    last.meet({ kind: "reply", text: "Hola, Lucía", channel: null, topic: null, subject: null });
    expect(last.text).toBe("Hola, Lucía");
  });

  test("is gone from the hub when it was sent", async () => {
    const answer = begin();
    answer.change({ reply: "Hola" });
    await answer.flush();
    answer.clear();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(put).toHaveBeenLastCalledWith("/customers/lucia/draft", expect.objectContaining({ text: "" }));
    expect(records.all()).toEqual([]);
  });
});
