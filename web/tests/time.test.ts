// Times in words, in a fixed language and against a given now.
import { describe, expect, test } from "vitest";
import {
  counted,
  dayName,
  exactSpan,
  fileSize,
  languageName,
  moment,
  percent,
  readerLocale,
  span,
} from "../src/time.ts";

const MINUTE = 60_000;
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test.each([
  [-5_000, "< 1 min"],
  [0, "< 1 min"],
  [MINUTE - 1, "< 1 min"],
  [MINUTE, "1 min"],
  [59 * MINUTE + 59_999, "59 min"],
  [60 * MINUTE, "1 hr"],
  [1439 * MINUTE, "23 hr"],
  [1440 * MINUTE, "1 day"],
  [3 * 1440 * MINUTE, "3 days"],
])("a wait of %i ms is %s", (ms, expected) => expect(plain(span(ms, "en-US"))).toBe(expected));

test.each([
  [4_400, "4s"],
  [59_600, "1m 0s"],
  [134_000, "2m 14s"],
  [3_720_000, "1h 2m"],
])("a figure of %i ms is %s", (ms, expected) =>
  expect(plain(exactSpan(ms, "en-US"))).toBe(expected),
);

test("waits are in the reader's own words", () => {
  expect(plain(span(5 * MINUTE, "de"))).toBe("5 Min.");
});

describe("a moment", () => {
  const now = new Date(2026, 10, 23, 15, 0).getTime();
  const local = (...parts: [number, number, number, number, number]) =>
    new Date(...parts).toISOString();
  test.each([
    ["today is a time", local(2026, 10, 23, 9, 5), "09:05"],
    ["this year is a day", local(2026, 10, 22, 23, 59), "22 Nov"],
    ["before that, with the year", local(2025, 0, 2, 12, 0), "2 Jan 2025"],
  ])("%s", (_, at, expected) => expect(plain(moment(at, now, "en-GB"))).toBe(expected));

  test.each([
    [local(2026, 10, 23, 0, 0), "Today"],
    [local(2026, 10, 22, 23, 59), "Yesterday"],
    [local(2026, 10, 20, 12, 0), "Friday 20 November"],
  ])("the day of %s is %s", (at, expected) =>
    expect(plain(dayName(at, now, "en-GB")).replace(",", "")).toBe(expected),
  );
});

test.each([
  ["en-GB", "en-GB"],
  ["en", "en"],
  ["de-DE", "en-DE"],
  ["sv", "en-SE"],
  ["ar", "en-EG"],
  ["not a tag", "en"],
])("a browser that speaks %s is answered in %s", (language, expected) =>
  expect(readerLocale(language)).toBe(expected),
);

test("shares, sizes and languages", () => {
  expect(plain(percent(0.955, "en-US"))).toBe("96%");
  expect(plain(fileSize(1_482_000, "en-US"))).toBe("1.5 MB");
  expect(plain(fileSize(48_200, "en-US"))).toBe("48 kB");
  expect(languageName("sv", "en")).toBe("Swedish");
  expect(languageName("not a code", "en")).toBe("not a code");
});

test.each([
  [0, "0 topics"],
  [1, "1 topic"],
  [2, "2 topics"],
  [1_200, "1,200 topics"],
])("%i is %s", (n, words) => expect(counted(n, "topic", "en")).toBe(words));
