import { expect, test } from "vitest";
import { channelIcon, initials, kindIcon } from "./marks.ts";

test.each([["Lucía Ferrer Montes", "LF"], ["ana", "AN"], ["ana@demo.example", "AD"], ["", "?"], ["Óscar Belda", "ÓB"], ["👩‍🚀 Vega", "👩V"]])("the initials of %j are %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test("a connector that this console does not know has an icon all the same", () => {
  expect(channelIcon("pigeon")).toBe("chat");
  expect(kindIcon("mail")).toBe("mail");
});
