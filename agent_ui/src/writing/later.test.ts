import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asField, fromField } from "./field.ts";
import { afternoon, monday, tomorrow } from "./later.ts";

const zone = process.env["TZ"];
beforeAll(() => void (process.env["TZ"] = "Europe/Madrid"));
afterAll(() => void (process.env["TZ"] = zone));

describe("in the zone of whoever writes", () => {
  test("tomorrow at nine is nine o'clock also over the nights in which the hour changes", () => {
    expect(tomorrow(new Date("2026-03-28T20:00:00Z")).toISOString()).toBe("2026-03-29T07:00:00.000Z");
    expect(tomorrow(new Date("2026-10-24T20:00:00Z")).toISOString()).toBe("2026-10-25T08:00:00.000Z");
    expect(tomorrow(new Date("2026-12-31T20:00:00Z")).toISOString()).toBe("2027-01-01T08:00:00.000Z");
  });

  test("Monday is the next one, and today only before nine", () => {
    expect(monday(new Date("2026-11-20T10:00:00Z")).toISOString()).toBe("2026-11-23T08:00:00.000Z");
    expect(monday(new Date("2026-11-22T10:00:00Z")).toISOString()).toBe("2026-11-23T08:00:00.000Z");
    expect(monday(new Date("2026-11-23T07:00:00Z")).toISOString()).toBe("2026-11-23T08:00:00.000Z");
    expect(monday(new Date("2026-11-23T10:00:00Z")).toISOString()).toBe("2026-11-30T08:00:00.000Z");
  });

  test("this afternoon is offered while it is to come", () => {
    expect(afternoon(new Date("2026-11-20T10:00:00Z"))?.toISOString()).toBe("2026-11-20T15:00:00.000Z");
    expect(afternoon(new Date("2026-11-20T14:30:00Z"))).toBeNull();
  });

  test("a field holds the same time, and what is past or nonsense is none", () => {
    const now = new Date("2026-03-28T20:00:00Z");
    expect(fromField(asField(tomorrow(now)), now)).toEqual(tomorrow(now));
    expect(fromField("2026-03-29T02:30", now)?.toISOString()).toBe("2026-03-29T01:30:00.000Z");
    for (const text of ["", "x", "2026-03-01T09:00", "2028-01-01T09:00"]) expect(fromField(text, now)).toBeNull();
  });
});
