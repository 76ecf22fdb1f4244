// Where each way of sharing the work lies in the picture.
import { expect, test } from "vitest";
import type { WhatIf } from "../src/api/types.ts";
import { WAYS, waysGeometry } from "../src/screens/what-if/ways.ts";

const way = (policy: WhatIf["ways"][number]["policy"], cost: number, bad: number) => ({
  policy,
  cost: { mean: cost, low: cost * 0.9, high: cost * 1.1 },
  bad: { mean: bad, low: bad - 5, high: bad + 5 },
  ai_share: 0.5,
  promotions: 0,
  wait_minutes: 1,
  gives_up: 0,
  occupancy: 0.5,
});

test("dearer lies to the right, worse lies higher, and no label covers another", () => {
  const ways = [way("people", 900, 140), way("cost", 300, 190), way("balance", 500, 138), way("oracle", 480, 138)];
  const drawn = waysGeometry(ways, { width: 760, height: 320, start: 44 });
  const of = (policy: string) => drawn.marks.find((mark) => mark.policy === policy);
  expect(of("people")?.x).toBeGreaterThan(of("cost")?.x ?? 0);
  expect(of("cost")?.y).toBeLessThan(of("people")?.y ?? 0);
  for (const mark of drawn.marks) {
    expect(mark.left).toBeLessThan(mark.right);
    expect(mark.top).toBeLessThan(mark.bottom);
    expect([mark.x, mark.y].every(Number.isFinite)).toBe(true);
  }
  const [a, b] = [of("balance"), of("oracle")];
  expect(Math.abs((a?.labelY ?? 0) - (b?.labelY ?? 0))).toBeGreaterThanOrEqual(13);
});

test("each way has its words", () => {
  expect(Object.values(WAYS).every(({ name, words }) => name && words)).toBe(true);
});
