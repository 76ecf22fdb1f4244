// Times of shifts at their place, offers that are alike, and gaps in words.
import { expect, test } from "vitest";
import type { OfferedShift, PlannedHalfhour } from "../src/api/types.ts";
import { gaps, needGeometry, totals } from "../src/screens/planner/need.ts";
import { alike, byDay, clockOf, dayOf, hours, knownZone, minutesOf, until } from "../src/screens/shifts/times.ts";

test("times are those of the place where somebody works", () => {
  expect(clockOf("2026-03-02T23:30:00Z", "Europe/Berlin", "en-DE")).toBe("00:30");
  expect(dayOf("2026-03-02T23:30:00Z", "Europe/Berlin", "en-DE")).toBe("Tue, 3 March");
  expect(dayOf("2026-03-02T23:30:00Z", "America/Lima", "en-DE")).toBe("Mon, 2 March");
  const days = byDay(["2026-03-02T22:00:00Z", "2026-03-02T23:30:00Z"], (at) => at, "Europe/Berlin");
  expect(days.map((day) => day.items.length)).toEqual([1, 1]);
});

test("a zone that the browser does not know is not used", () => {
  expect(knownZone("Europe/Berlin")).toBe("Europe/Berlin");
  expect(knownZone("Factory/Default")).toBeUndefined();
});

test("hours and minutes in words", () => {
  expect(hours(3.5, "en-GB")).toBe("3.5 h");
  expect([minutesOf(45), minutesOf(120), minutesOf(195)]).toEqual(["45 min", "2 h", "3 h 15 min"]);
  const now = Date.parse("2026-03-02T10:00:00Z");
  expect(until("2026-03-02T09:59:00Z", now, "en-GB")).toBe("now");
  expect(until("2026-03-02T10:20:00Z", now, "en-GB")).toBe("in 20 minutes");
  expect(until("2026-03-03T10:00:00Z", now, "en-GB")).toBe("in 24 hours");
  expect(until("2026-03-05T10:00:00Z", now, "en-GB")).toBe("in 3 days");
});

test("offers that are alike are one, with the number of places", () => {
  const offer = (id: string, extra: number) =>
    ({
      shift: { id, starts_at: "a", ends_at: "b", reason: "r", extra, language: null },
      opens_at: "a",
      refusals: [],
    }) as unknown as OfferedShift;
  const groups = alike([offer("1", 0), offer("2", 0), offer("3", 25)]);
  expect(groups.map(({ offer: one, n }) => [one.shift.id, n])).toEqual([
    ["1", 2],
    ["3", 1],
  ]);
});

const halfhour = (nth: number, n_needed: number, n_regular = 0, n_covered = 0, n_open = 0) =>
  ({
    at: new Date(Date.parse("2026-03-02T12:00:00") + nth * 1_800_000).toISOString(),
    cases: 1,
    cases_p90: 2,
    n_needed,
    n_regular,
    n_covered,
    n_open,
  }) satisfies PlannedHalfhour;

test("what is short is told by day, with where it is worst", () => {
  const plan = [halfhour(0, 3, 1), halfhour(1, 5, 1, 1), halfhour(2, 1, 1), halfhour(24, 1)];
  const found = gaps(plan);
  expect(found).toHaveLength(2);
  expect(found[0]?.words).toContain("2.5 h short");
  expect(found[0]?.words).toContain("3 people");
  expect(found[1]?.words).toContain("1 person");
  expect(gaps([halfhour(0, 2, 1, 1)])).toEqual([]);
});

test("hours needed are those there, by shifts, open and short together", () => {
  const plan = [halfhour(0, 4, 1, 1, 1), halfhour(1, 2, 3, 2, 1), halfhour(2, 0, 0, 1, 0)];
  const sum = totals(plan);
  expect(sum).toEqual({ needed: 3, regular: 1.5, covered: 0.5, open: 0.5, short: 0.5 });
  expect(sum.regular + sum.covered + sum.open + sum.short).toBe(sum.needed);
  const drawn = needGeometry(plan, { width: 320, height: 100, start: 20 });
  expect(drawn.needed.startsWith("M20 ")).toBe(true);
  expect(drawn.needed).not.toContain("NaN");
  expect(needGeometry([], { width: 320, height: 100, start: 20 }).needed).toBe("");
});
