// What a topic's share means at each level.
import { expect, test } from "vitest";
import { draftWords, shareOfAi, sharesAtFirst } from "../src/screens/topics/share.ts";

test.each([
  ["off", 0.3, { draft: 0.5, supervised: 0.5, autonomous: 0.95 }, 0, ""],
  ["draft", 0.95, { draft: 0.95, supervised: 0.5, autonomous: 0.95 }, 0, "Suggestion shown in 95% of cases"],
  ["draft", 0, { draft: 0, supervised: 0.5, autonomous: 0.95 }, 0, "Suggestion shown in 0% of cases"],
  ["supervised", 0.8, { draft: 0.5, supervised: 0.8, autonomous: 0.95 }, 0.8, ""],
  ["autonomous", 0.9, { draft: 0.5, supervised: 0.5, autonomous: 0.9 }, 0.9, ""],
] as const)("at %s with a share of %f", (level, share, shares, ofAi, words) => {
  expect(sharesAtFirst({ level, share })).toEqual(shares);
  expect(shareOfAi({ level, share })).toBe(ofAi);
  expect(draftWords({ level, share }).replace(/\u00a0/g, "")).toBe(words);
});
