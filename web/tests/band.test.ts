// A difference as it is drawn and said; worse is on the left, whatever the language.
import { expect, test } from "vitest";
import type { TopicBalance } from "../src/api/types.ts";
import { bandGeometry, bandWords, byNeed, points, trendGeometry } from "../src/screens/balance/band.ts";

const band = { mean: -0.009, low: -0.039, high: 0.021, n: 812 };

test("points carry their sign, and zero has none", () => {
  expect([points(-0.009), points(0.006), points(0)]).toEqual(["−0.9", "+0.6", "0.0"]);
  expect(bandWords(band)).toBe("−0.9 [−3.9, +2.1]");
});

test("a band lies on one axis with its margin and the keel line", () => {
  const drawn = bandGeometry(band, 0.05, 300);
  expect(drawn.keel).toBe(150);
  expect(drawn.margin).toBeCloseTo(100);
  expect(drawn.low).toBeCloseTo(111);
  expect(drawn.mean).toBeCloseTo(141);
  expect(drawn.high).toBeCloseTo(171);
  expect(drawn.isCut).toEqual({ low: false, high: false });
  const wide = bandGeometry({ ...band, low: -0.4 }, 0.05, 300);
  expect([wide.low, wide.isCut.low]).toEqual([0, true]);
});

test("a trend has a picture from its first day on, and the proof where there is one to reach", () => {
  const day = (n: number) => ({ ...band, day: `2026-11-0${n}`, n: n * 60, mean: -0.01 * n, ln_e: n });
  const size = { width: 700, height: 220, start: 44 };
  const one = trendGeometry([day(1)], 0.05, null, size);
  expect(one.band).toBe("");
  expect(one.proof).toBeNull();
  expect(one.keel).toBeLessThan(one.margin);
  const three = trendGeometry([day(1), day(2), day(3)], 0.05, 6.17, size);
  expect(three.line.split("L")).toHaveLength(3);
  expect(three.proof?.needed).toBeLessThan(three.proof?.bottom ?? 0);
  expect(three.line).not.toContain("NaN");
});

test("what needs a person's eye comes first", () => {
  const topic = (name: string, given: Partial<TopicBalance>) =>
    ({
      name,
      level: "supervised",
      is_by_hand: false,
      alarm: null,
      rests_until: null,
      cases_a_week: 10,
      ...given,
    }) as TopicBalance;
  const topics = [
    topic("off", { level: "off", cases_a_week: 900 }),
    topic("proven", { level: "autonomous" }),
    topic("climbing", {}),
    topic("by hand", { is_by_hand: true }),
    topic("fallen", { level: "shadow", rests_until: "2026-12-24" }),
    topic("alarmed", { alarm: { value: 4000, acts_at: 10000 }, cases_a_week: 20 }),
  ];
  const names = topics.toSorted(byNeed).map((one) => one.name);
  expect(names).toEqual(["alarmed", "fallen", "by hand", "climbing", "proven", "off"]);
});
