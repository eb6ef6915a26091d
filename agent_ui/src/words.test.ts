import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Words = Record<string, unknown>;
const read = (locale: string) => JSON.parse(readFileSync(`messages/${locale}.json`, "utf-8")) as Words;
const [es, en] = [read("es"), read("en")];

/** The places in a sentence that are filled in: `{name}`. */
const places = (words: unknown) => [...new Set(JSON.stringify(words).match(/\{\w+\}/gu) ?? [])].sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? (entry.name === "words" ? [] : sources(join(folder, entry.name))) : /\.(ts|svelte)$/u.test(entry.name) ? [join(folder, entry.name)] : [],
  );
}
const code = sources("src").map((file) => readFileSync(file, "utf-8")).join("\n");
const used = new Set([...code.matchAll(/\bm\.(\w+)\(/gu)].map((match) => match[1] ?? ""));
/** Words that are looked up by a code of the hub. */
const byCode = [...new Set([...code.matchAll(/sentence\("(\w+)"/gu)].map((match) => `${match[1]}_`))];

test("both languages have the same words", () => expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort()));
test("a sentence has the same places to fill in in both languages", () => {
  expect(Object.keys(en).filter((key) => places(es[key]).join() !== places(en[key]).join())).toEqual([]);
});
test("no word is empty", () => expect(Object.entries({ ...es, ...en }).filter(([, text]) => text === "")).toEqual([]));
test("every word that is used exists", () => expect([...used].filter((key) => !(key in en))).toEqual([]));
test("every word that exists is used", () => {
  expect(Object.keys(en).filter((key) => !used.has(key) && !byCode.some((prefix) => key.startsWith(prefix)))).toEqual([]);
});
