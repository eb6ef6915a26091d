import { describe, expect, test } from "vitest";
import { another, dayName, likeFirst, placeOf, usualHours } from "./hours.ts";

describe("opening hours", () => {
  test("begin with five working days", () => expect(usualHours("Europe/Madrid").week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 0, 0]));
  test("monday is the first day in both languages", () => expect([dayName(0, "es"), dayName(6, "en")]).toEqual(["lunes", "Sunday"]));
  test("a further stretch begins after the one before", () => {
    expect(another([{ opens: "09:00", closes: "14:00" }]).at(-1)).toEqual({ opens: "15:00", closes: "18:00" });
    expect(another([{ opens: "09:00", closes: "22:30" }]).at(-1)).toEqual({ opens: "22:00", closes: "23:00" });
    expect(another([])).toEqual([{ opens: "09:00", closes: "18:00" }]);
  });
  test("all open days take the hours of monday", () => {
    const morning = [{ opens: "08:00", closes: "12:00" }];
    expect(likeFirst([morning, [{ opens: "09:00", closes: "18:00" }], []])).toEqual([morning, morning, []]);
  });
  test("what the hub finds wrong has a place", () => {
    expect(placeOf("tuesday")).toEqual({ what: "day", day: 1 });
    expect(placeOf("hours.days.3")).toEqual({ what: "date", at: 3 });
    expect(placeOf("hours.zone")).toEqual({ what: "zone" });
    expect(placeOf("texts.1.closed")).toEqual({ what: "text" });
    expect(placeOf("hours")).toEqual({ what: "hours" });
  });
});
