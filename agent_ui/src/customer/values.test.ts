import { describe, expect, test } from "vitest";
import { editedValue, languageName, shownValue, typedValue } from "./values.ts";

const yesNo: [string, string] = ["Sí", "No"];

describe("a value of the record", () => {
  test.each([
    ["text", "Alfar 12", "Alfar 12"], ["number", 1286.5, "1286,5"], ["date", "2024-03-12", "12 mar 2024"], ["yes_no", false, "No"], ["yes_no", true, "Sí"], ["text", null, ""],
  ] as const)("of kind %s, %s, is read as %s", (kind, value, shown) => expect(shownValue({ kind, value }, "es", yesNo)).toBe(shown));

  test("that is no date is shown as it is", () => expect(shownValue({ kind: "date", value: "ayer" }, "es", yesNo)).toBe("ayer"));

  test("goes to the hub as what it is", () => {
    expect(typedValue("number", " 12,5 ")).toBe(12.5);
    expect(typedValue("yes_no", "no")).toBe(false);
    expect(typedValue("text", "  ")).toBeNull();
  });

  test("that is no number goes as it was typed, for the hub to say what is allowed", () => expect(typedValue("number", "doce")).toBe("doce"));

  test("is edited from what it was", () => {
    expect(editedValue({ kind: "yes_no", value: true })).toBe("yes");
    expect(editedValue({ kind: "number", value: null })).toBe("");
  });
});

test("a language has its name, and a strange code stays a code", () => {
  expect(languageName("es", "es")).toBe("Español");
  expect(languageName("not a language", "es")).toBe("not a language");
});
