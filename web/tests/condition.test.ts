// What answers tell of the desk's condition, and which calls count as kept.
import { afterEach, describe, expect, test, vi } from "vitest";
import * as calls from "../src/api/calls.ts";
import { onAnswered, type Answered } from "../src/api/client.ts";
import { Problem } from "../src/api/problem.ts";
import { conditionAfter, WELL, type Condition } from "../src/live/condition.ts";

const FULL: Condition = { isReadOnly: true, isDatabaseLost: false };
const LOST: Condition = { isReadOnly: false, isDatabaseLost: true };
const BOTH: Condition = { isReadOnly: true, isDatabaseLost: true };

const refused = (status: number, code: string): Answered => ({
  problem: new Problem({ status, code, detail: "" }),
  isKept: false,
});
const read: Answered = { problem: null, isKept: false };
const kept: Answered = { problem: null, isKept: true };

test.each<[string, Condition, Answered, Condition]>([
  ["a full disk makes it read-only", WELL, refused(507, "full"), FULL],
  ["reading says nothing about room", FULL, read, FULL],
  ["something kept tells of room", FULL, kept, WELL],
  ["another refusal says nothing", FULL, refused(409, "conflict"), FULL],
  ["a lost database is lost", WELL, refused(503, "database_lost"), LOST],
  ["a busy desk is not lost", WELL, refused(503, "busy"), WELL],
  ["any answer tells that it is back", LOST, read, WELL],
  ["so does a full disk", LOST, refused(507, "full"), FULL],
  ["a full disk that is lost, too", FULL, refused(503, "database_lost"), BOTH],
  ["and is found again, still full", BOTH, read, FULL],
])("%s", (_, before, answered, after) => {
  expect(conditionAfter(before, answered)).toEqual(after);
});

describe("a call", () => {
  afterEach(() => vi.unstubAllGlobals());

  const check = async (status: number, body: unknown, work: () => Promise<unknown>) => {
    const heard: Answered[] = [];
    onAnswered((answered) => heard.push(answered));
    vi.stubGlobal("fetch", async () => Response.json(body, { status }));
    await work().catch(() => null);
    return heard.map(({ problem, isKept }) => [problem?.code ?? null, isKept]);
  };

  test.each<[string, () => Promise<unknown>, boolean]>([
    ["fetches", () => calls.overview(), false],
    ["keeps", () => calls.claim("a"), true],
    ["removes", () => calls.removeSample(), true],
    ["only tries a sentence", () => calls.testSentence("a"), false],
    ["only shows how it would look", () => calls.previewArticle("a"), false],
    ["only tells that somebody types", () => calls.typing("a"), false],
  ])("that %s", async (_, work, isKept) => {
    expect(await check(200, { items: [], next_cursor: null }, work)).toEqual([[null, isKept]]);
  });

  test("that finds the disk full says so", async () => {
    const body = { code: "full", detail: "The desk's disk is full." };
    expect(await check(507, body, () => calls.claim("a"))).toEqual([["full", false]]);
  });
});
