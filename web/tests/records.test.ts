// Events, lists and answers may come in any order; the highest version must win.
import { expect, test } from "vitest";
import { Records } from "../src/live/records.ts";

type Item = { id: string; version: number; words: string };
const item = (version: number, id = "a"): Item => ({ id, version, words: `v${version}` });

test("keeps the higher version whichever comes first", () => {
  for (const versions of [
    [1, 2, 3],
    [3, 1, 2],
    [2, 3, 1],
  ]) {
    const records = new Records<Item>(new Map());
    records.putAll(versions.map((version) => item(version)));
    expect(records.get("a")?.version, String(versions)).toBe(3);
  }
});

test("says whether something was news", () => {
  const records = new Records<Item>(new Map());
  expect(records.put(item(1))).toBe(true);
  expect(records.put(item(1))).toBe(false);
  expect(records.put(item(2))).toBe(true);
});

test("a late answer does not raise what is gone, a newer one does", () => {
  const records = new Records<Item>(new Map());
  records.put(item(1));
  expect(records.drop("a", 2)).toBe(true);
  expect(records.put(item(1))).toBe(false);
  expect(records.get("a")).toBeUndefined();
  expect(records.put(item(3))).toBe(true);
});

test("an old farewell does not remove something newer", () => {
  const records = new Records<Item>(new Map());
  records.put(item(5));
  expect(records.drop("a", 4)).toBe(false);
  expect(records.get("a")?.version).toBe(5);
});

test("any order of the same events ends in the same state", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 100_000);
  let state = seed;
  const draw = () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
  const steps = Array.from({ length: 40 }, (_, at) => ({
    id: `id-${Math.floor(draw() * 5)}`,
    version: at + 1,
    isGone: draw() < 0.2,
  }));
  const end = (order: typeof steps) => {
    const records = new Records<Item>(new Map());
    for (const { id, version, isGone } of order) {
      if (isGone) records.drop(id, version);
      else records.put(item(version, id));
    }
    return [...records.map.values()].map(({ id, version }) => `${id}@${version}`).sort();
  };
  for (let round = 0; round < 50; round += 1) {
    const shuffled = steps
      .map((step) => ({ step, at: draw() }))
      .sort((a, b) => a.at - b.at)
      .map(({ step }) => step);
    expect(end(shuffled), `replay with SEED=${seed} npm test`).toEqual(end(steps));
  }
});
