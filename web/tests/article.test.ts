// What counts as a change of an article, and what the chart draws.
import { expect, test } from "vitest";
import type { Article } from "../src/api/types.ts";
import { cleaned, emptyDraft, isSame, welcome } from "../src/screens/articles/draft.ts";
import { dayGeometry } from "../src/screens/overview/chart.ts";
import { begunIn, keepBegun, NOTHING_BEGUN } from "../src/screens/inbox/drafts.ts";

test("an empty question or another order of topics is no change", () => {
  const before = { ...emptyDraft(), title: "A", topic_ids: ["x", "y"], questions: ["how"] };
  expect(isSame(before, { ...before, topic_ids: ["y", "x"], questions: ["how", " "] })).toBe(true);
  expect(isSame(before, { ...before, body: "new" })).toBe(false);
  expect(isSame(before, { ...before, questions: ["why"] })).toBe(false);
  expect(cleaned({ ...before, questions: [" how ", ""] }).questions).toEqual(["how"]);
});

test.each([
  ["the first is shown", null, 1, false, "show"],
  ["a newer one is shown when nothing was written", 1, 2, false, "show"],
  ["else it is asked about", 1, 2, true, "ask"],
  ["the same one changes nothing", 2, 2, false, "leave"],
  ["nor does a late one", 2, 1, true, "leave"],
] as const)("an article from the desk: %s", (_, known, version, isDirty, expected) => {
  const at = (version: number) => ({ ...emptyDraft(), version }) as Article;
  expect(welcome(known && at(known), at(version), isDirty)).toBe(expected);
});

test("both sides of the keel line have one scale", () => {
  const hours = [
    { hour: "2026-01-01T10:00:00Z", by_ai: 10, by_people: 5 },
    { hour: "2026-01-01T11:00:00Z", by_ai: 0, by_people: 10 },
  ];
  const size = { width: 400, height: 200, start: 40, labelEvery: 1 };
  const { bars, keel } = dayGeometry(hours, size);
  expect(bars[0]?.up).toBe(bars[1]?.down);
  expect(bars[0]?.up).toBe(2 * (bars[0]?.down ?? 0));
  expect(bars[1]?.up).toBe(0);
  expect(Math.max(...bars.map((bar) => bar.up))).toBeLessThanOrEqual(keel);
  expect(dayGeometry([], size).bars).toEqual([]);
});

test("what was begun comes back, and broken memory is no memory", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
  const begun = { ...NOTHING_BEGUN, kind: "note" as const, text: "Ask the depot" };
  keepBegun("a", begun, storage);
  expect(begunIn("a", storage)).toEqual(begun);
  expect(begunIn("b", storage)).toEqual(NOTHING_BEGUN);
  keepBegun("a", { ...begun, text: "" }, storage);
  expect(kept.size).toBe(0);
  kept.set("evenkeel-begun:a", "{broken");
  expect(begunIn("a", storage)).toEqual(NOTHING_BEGUN);
});
