import { expect, test } from "vitest";
import { nameOf, shown } from "./keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) =>
  nameOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

test("a letter is its name", () => expect(press("j")).toBe("j"));
test("Ctrl and Cmd are the same key", () => {
  expect(press("K", { metaKey: true })).toBe("Mod+k");
  expect(press("k", { ctrlKey: true })).toBe("Mod+k");
});
test("Ctrl+Shift+A is told from Ctrl+A", () => expect(press("A", { ctrlKey: true, shiftKey: true })).toBe("Mod+Shift+a"));
test("a question mark needs no mention of Shift, wherever the keyboard has it", () => expect(press("?", { shiftKey: true })).toBe("?"));
test("a capital letter is not the single key", () => expect(press("J", { shiftKey: true })).toBe("Shift+j"));
test("keys are shown as they are written on the keyboard", () => expect(shown("Mod+Shift+a")).toBe("Ctrl ⇧ A"));
