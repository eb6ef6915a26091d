import { describe, expect, test } from "vitest";
import { mentionBegun, mentioned, pieces, plain } from "./text.ts";

describe("what people wrote", () => {
  test("is cut at links, without the full stop after them", () => {
    expect(pieces("Mira https://barro.example/s/20418. Gracias")).toEqual([
      { kind: "words", text: "Mira " },
      { kind: "link", text: "https://barro.example/s/20418", href: "https://barro.example/s/20418" },
      { kind: "words", text: ". Gracias" },
    ]);
  });

  test("never makes a link of anything but http and https", () => {
    expect(pieces("javascript:alert(1) data:text/html,x")).toEqual([{ kind: "words", text: "javascript:alert(1) data:text/html,x" }]);
  });

  test("shows the longest name that it mentions", () => {
    expect(pieces("@Ana Robles, mira", ["Ana", "Ana Robles"])[0]).toEqual({ kind: "mention", text: "@Ana Robles" });
  });

  test("does not take the beginning of another name for a mention", () => {
    expect(pieces("@Anabel", ["Ana"])).toEqual([{ kind: "words", text: "@Anabel" }]);
  });

  test("nothing of it is lost", () => {
    const text = "Hola @Ana: https://a.example/x?y=(1) y https://b.example, ¿vale?";
    expect(pieces(text, ["Ana"]).map((piece) => piece.text).join("")).toBe(text);
  });
});

describe("a mention", () => {
  test("begins with an at sign after a space", () => {
    expect(mentionBegun("Hola @nu", 8)).toBe("nu");
    expect(mentionBegun("Hola @", 6)).toBe("");
    expect(mentionBegun("ana@demo", 8)).toBeNull();
  });

  test("is found by the whole name", () => {
    const people = [{ name: "Ana Robles" }, { name: "Luis Gil" }];
    expect(mentioned("@Luis Gil mira esto", people)).toEqual([people[1]]);
  });

  test("is looked for without accents", () => {
    expect(plain("Núria ÁLVAREZ")).toBe("nuria alvarez");
  });
});
