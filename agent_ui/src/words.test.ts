import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

type Words = Record<string, unknown>;

/** The places in a sentence that are filled in: `{name}`. */
const places = (words: unknown) => [...new Set(JSON.stringify(words).match(/\{\w+\}/gu) ?? [])].sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? (entry.name === "words" ? [] : sources(join(folder, entry.name))) : /\.(ts|svelte)$/u.test(entry.name) ? [join(folder, entry.name)] : [],
  );
}

/** The words of the console, and those that only its administration fetches: how each are called in the code. */
const BOOKS = [
  { name: "the console", files: "messages", code: "src", word: /\bm\.(\w+)\(/gu, byCode: /\bsentence\("(\w+)"/gu },
  { name: "administration", files: "messages/channels", code: "src", word: /\bw\.(\w+)\(/gu, byCode: /\bphrase\("(\w+)"/gu },
];

describe.each(BOOKS)("the words of $name", ({ files, code: folder, word, byCode }) => {
  const read = (locale: string) => JSON.parse(readFileSync(`${files}/${locale}.json`, "utf-8")) as Words;
  const [es, en] = [read("es"), read("en")];
  const code = sources(folder).map((file) => readFileSync(file, "utf-8")).join("\n");
  const used = new Set([...code.matchAll(word)].map((match) => match[1] ?? ""));
  /** Words that are looked up by a code of the hub. */
  const prefixes = [...new Set([...code.matchAll(byCode)].map((match) => `${match[1]}_`))];

  test("both languages have the same words", () => expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort()));
  test("a sentence has the same places to fill in in both languages", () => {
    expect(Object.keys(en).filter((key) => places(es[key]).join() !== places(en[key]).join())).toEqual([]);
  });
  test("no word is empty", () => expect(Object.entries({ ...es, ...en }).filter(([, text]) => text === "")).toEqual([]));
  test("every word that is used exists", () => expect([...used].filter((key) => !(key in en))).toEqual([]));
  test("every word that exists is used", () => {
    expect(Object.keys(en).filter((key) => !used.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([]);
  });
});
