// @vitest-environment node
import { expect, test, vi } from "vitest";
import type { ChannelRef } from "../live/types.ts";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("navigator", { language: "es" });
const { channelAmong, firstName, personName } = await import("./sentences.ts");

const VISITOR = "a54f4a1e-7208-4966-b428-a22053b3d113";

test("a customer who has said a name goes by it", () => {
  expect(personName("Lucía Ferrer Montes")).toBe("Lucía Ferrer Montes");
  expect(firstName("Lucía Ferrer Montes")).toBe("Lucía");
});

test("a visitor who has said none is told by four letters, never by the whole number", () => {
  expect(personName(VISITOR)).toBe("Visita d113");
  expect(firstName(VISITOR)).toBe("Visita d113");
});

test("a channel goes by the company's own name where there are several of its kind", () => {
  const [shop, workshop, sms] = [["1", "telegram", "Telegram"], ["2", "telegram", "Bot del taller"], ["3", "sms", "SMS de la tienda"]].map(([id, connector, name]) => ({ id, connector, name })) as ChannelRef[];
  const all = [shop, workshop, sms] as ChannelRef[];
  expect(all.map((one) => channelAmong(one, all))).toEqual(["Telegram", "Bot del taller", "SMS"]);
});
