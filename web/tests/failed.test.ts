// What is said of failed work, and who takes over the focus.
import { expect, test } from "vitest";
import type { FailedJob } from "../src/api/types.ts";
import { failedWords, timesWords, without } from "../src/screens/settings/failed.ts";

const jobs = (kinds: string): FailedJob[] =>
  [...kinds].map((kind, at) => ({
    id: String(at),
    kind: kind === "a" ? "answer" : "draft",
    conversation_id: "c",
    conversation_number: 1042,
    n_attempts: 3,
    failure: null,
    failed_at: "2026-01-01T10:00:00Z",
  }));

test.each([
  ["", ""],
  ["a", "1 answer"],
  ["d", "1 draft"],
  ["ad", "1 answer and 1 draft"],
  ["aadd", "2 answers and 2 drafts"],
])("%s", (kinds, words) => {
  expect(failedWords(jobs(kinds))).toBe(words);
});

test("attempts are told as people say them", () => {
  expect([1, 2, 3].map(timesWords)).toEqual(["once", "twice", "3 times"]);
});

test.each([
  ["the first goes: the second takes over", "0", ["1", "2"], "1"],
  ["the last goes: the one before it", "2", ["0", "1"], "1"],
  ["one that is gone already", "9", ["0", "1", "2"], "0"],
])("%s", (_, id, rest, next) => {
  const left = without(jobs("aaa"), id);
  expect(left.rest.map((job) => job.id)).toEqual(rest);
  expect(left.next).toBe(next);
});

test("the only one leaves nobody to take over", () => {
  expect(without(jobs("a"), "0")).toEqual({ rest: [], next: null });
});
