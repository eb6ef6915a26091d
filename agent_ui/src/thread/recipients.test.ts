import { describe, expect, test } from "vitest";
import { everybodyElse, quotable, wantedAt } from "./recipients.ts";

const mail = (context: Record<string, unknown>, value = "ana@x.es") => ({ context, address: { value } });

describe("where the sender wants the answer", () => {
  test("is the sender when nothing else is said", () => {
    expect(wantedAt(mail({}))).toBeNull();
    expect(wantedAt(mail({ reply_address: ["Ana@X.es"] }))).toBeNull();
    expect(wantedAt(undefined)).toBeNull();
  });

  test("is believed within the sender's own domain", () => {
    expect(wantedAt(mail({ reply_address: ["compras@x.es"] }))).toEqual({ value: "compras@x.es", safe: true });
    expect(wantedAt(mail({ reply_address: ["a@mail.x.es"] }))?.safe).toBe(true);
    expect(wantedAt(mail({ reply_address: ["a@badx.es"] }))?.safe).toBe(false);
  });

  test("is believed of a mail that was proved, and of no other", () => {
    expect(wantedAt(mail({ reply_address: ["a@y.es"], authentication: { dmarc: "pass" } }))?.safe).toBe(true);
    expect(wantedAt(mail({ reply_address: ["a@y.es"], authentication: { dmarc: "none" } }))?.safe).toBe(false);
    expect(wantedAt(mail({ reply_address: ["a@y.es"], authentication: { dmarc: "pass" }, failed_authentication: true }))?.safe).toBe(false);
  });
});

describe("everybody else", () => {
  test("had the mail, once each, without us and without whoever is written to", () => {
    const token = `tienda+r.${"a".repeat(42)}@casa.es`;
    const sent = mail({ to: ["Tienda@casa.es", token, "eva@x.es"], cc: ["EVA@x.es", "luis@y.es", "ana@x.es"] });
    expect(everybodyElse(sent, ["tienda@casa.es"], "ana@x.es")).toEqual(["eva@x.es", "luis@y.es"]);
    expect(everybodyElse(undefined, [], "")).toEqual([]);
  });
});

describe("earlier words", () => {
  test("go to whoever had them or is proved, and to nobody else", () => {
    const sent = mail({ to: ["tienda@casa.es"], cc: ["eva@x.es"] });
    expect(quotable(sent, ["ana@x.es"], ["ana@x.es", "Eva@x.es"])).toBe(true);
    expect(quotable(sent, ["ana@x.es"], ["ana@x.es", "otro@z.es"])).toBe(false);
    expect(quotable(undefined, ["ana@x.es"], ["ana@x.es"])).toBe(false);
  });
});
