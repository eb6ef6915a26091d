import { describe, expect, test } from "vitest";
import { clockTime, countdown, dayHeading, daysBetween, due, duration, moment, spelled, timer } from "./times.ts";

const now = new Date(2026, 10, 20, 10, 43, 0);
/** Intl puts narrow spaces into English times. */
const plain = (text: string) => text.replace(/[\u202f\u00a0]/gu, " ");

describe("a countdown", () => {
  test.each([[-1, "0"], [4.2, "5"], [99, "99"], [100, "1:40"], [599, "9:59"], [600, "10 min"], [601, "11 min"]])("with %d seconds left reads %s", (seconds, text) => {
    expect(countdown(seconds)).toBe(text);
  });
});

describe("a timer", () => {
  test.each([[7, "0:07"], [760, "12:40"], [6_128, "1:42:08"], [-3, "0:00"], [59.9, "0:59"]])("of %d seconds reads %s", (seconds, text) => {
    expect(timer(seconds)).toBe(text);
  });
});

describe("a duration", () => {
  test.each([[40, "40 s"], [240, "4 min"], [7_560, "2 h 06"], [260_000, "3 d"], [-1, "0 s"]])("of %d seconds reads %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("a moment", () => {
  test("of today is a clock time", () => expect(moment(new Date(2026, 10, 20, 9, 5), now, "es")).toBe("9:05"));
  test("of the day before is yesterday, by the calendar and not by 24 hours", () => {
    expect(moment(new Date(2026, 10, 19, 23, 59), now, "es")).toBe("ayer");
    expect(moment(new Date(2026, 10, 19, 23, 59), now, "en")).toBe("yesterday");
  });
  test("of this year has no year", () => expect(moment(new Date(2026, 10, 3), now, "es")).toBe("3 nov"));
  test("of another year has it", () => expect(moment(new Date(2024, 10, 3), now, "es")).toBe("3 nov 2024"));
});

test("a moment in a sentence has no seconds", () => expect(plain(spelled(new Date(2026, 10, 29, 7, 30, 21), "es"))).toBe("29 de noviembre de 2026 a las 7:30"));

describe("what is still to come", () => {
  test("today is a clock time", () => expect(due(new Date(2026, 10, 20, 18), now, "es")).toBe("18:00"));
  test("tomorrow says so", () => expect(due(new Date(2026, 10, 21, 9), now, "es")).toBe("mañana, 9:00"));
  test("this week names the day", () => expect(due(new Date(2026, 10, 23, 12), now, "es")).toBe("lun 23, 12:00"));
  test("later is a date", () => expect(due(new Date(2026, 11, 24, 12), now, "es")).toBe("24 dic, 12:00"));
});

test("a day heading names the weekday", () => expect(dayHeading(now, now, "es")).toBe("viernes, 20 de noviembre"));
test("days are counted by the calendar across a change of the hour", () => expect(daysBetween(new Date(2026, 9, 24, 12), new Date(2026, 9, 26, 1))).toBe(2));
test("a clock time follows the language", () => expect(plain(clockTime(new Date(2026, 10, 20, 18, 5), "en"))).toBe("6:05 PM"));

test("what is due in another year says which", () => {
  expect(due(new Date(2028, 0, 5, 12), now, "es")).toContain("2028");
  expect(due(new Date(2026, 11, 24, 12), now, "es")).not.toContain("2026");
});
