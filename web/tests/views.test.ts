// What stands in a view, in which order, and what stays still while one reads it.
import { describe, expect, test } from "vitest";
import type { Conversation } from "../src/api/types.ts";
import { belongs, compare, hold, keepRow, neighbour, settle } from "../src/live/views.ts";

function conversation(id: string, change: Partial<Conversation> = {}): Conversation {
  return {
    id,
    version: 1,
    number: 1,
    subject: "",
    state: "open",
    handler: "queue",
    agent: null,
    priority: "normal",
    language: null,
    topic: null,
    customer: { id: "c", name: null, verified: false },
    inbox_id: "i",
    last_message: null,
    has_draft: false,
    waiting_since: "2026-01-01T10:00:00.000Z",
    needs_reply: true,
    created_at: "2026-01-01T10:00:00.000Z",
    updated_at: "2026-01-01T10:00:00.000Z",
    closed_at: null,
    ...change,
  };
}
const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, "0")}:00.000Z`;

describe("a view holds", () => {
  const mine = conversation("a", { handler: "agent", agent: { id: "me", name: "Me" } });
  const theirs = conversation("a", { handler: "agent", agent: { id: "other", name: "O" } });
  const queued = conversation("a");
  const byAi = conversation("a", { handler: "assistant" });
  const closed = conversation("a", { state: "closed" });

  test.each([
    ["waiting", [queued]],
    ["mine", [mine]],
    ["ai", [byAi]],
    ["closed", [closed]],
    ["all", [mine, theirs, queued, byAi, closed]],
  ] as const)("%s", (view, expected) => {
    const all = [mine, theirs, queued, byAi, closed];
    expect(all.filter((one) => belongs(one, view, "me"))).toEqual(expected);
  });
});

test("waiting: people first, then the longest wait; others: the newest change", () => {
  const rows = [
    conversation("late", { waiting_since: at(9), updated_at: at(9) }),
    conversation("early", { waiting_since: at(1), updated_at: at(30) }),
    conversation("first", { waiting_since: at(20), updated_at: at(20), priority: "first" }),
  ];
  expect(settle(rows, "waiting", "me", null)).toEqual(["first", "early", "late"]);
  expect(settle(rows, "all", "me", null)).toEqual(["early", "first", "late"]);
});

test("rows below the last loaded one wait for their page", () => {
  const rows = [1, 2, 3].map((minute) => conversation(`c${minute}`, { waiting_since: at(minute) }));
  expect(settle(rows, "waiting", "me", rows[1] ?? null)).toEqual(["c1", "c2"]);
});

test("the order is total, so that equal times do not make rows jump", () => {
  const a = conversation("a");
  const b = conversation("b");
  for (const view of ["waiting", "all"] as const) {
    expect(Math.sign(compare(view, a, b))).toBe(-Math.sign(compare(view, b, a)));
  }
});

test.each([
  ["nothing new", ["a", "b"], ["a", "b"], ["a", "b"], 0],
  ["at the end: added at once", ["a", "b"], ["a", "b", "c", "d"], ["a", "b", "c", "d"], 0],
  ["at the top: counted, not moved", ["a", "b"], ["x", "a", "b"], ["a", "b"], 1],
  ["both", ["a", "b"], ["x", "a", "b", "c"], ["a", "b", "c"], 1],
  ["a row that left stays in place", ["a", "b", "c"], ["a", "c"], ["a", "b", "c"], 0],
  ["an empty list fills", [], ["a", "b"], ["a", "b"], 0],
])("held: %s", (_, shown, settled, order, n_arrivals) => {
  expect(hold(shown, settled)).toEqual({ order, n_arrivals });
});

test("the open conversation keeps its row after it has left the view", () => {
  expect(keepRow(["a", "c"], ["a", "b", "c"], "b")).toEqual(["a", "b", "c"]);
  expect(keepRow(["a", "c"], ["a", "b", "c"], null)).toEqual(["a", "c"]);
  expect(keepRow(["a", "c"], ["a", "c"], "elsewhere")).toEqual(["a", "c"]);
});

test("after a close one goes to the next row, at the end to the one before", () => {
  expect(neighbour(["a", "b", "c"], "b")).toBe("c");
  expect(neighbour(["a", "b", "c"], "c")).toBe("b");
  expect(neighbour(["a"], "a")).toBeNull();
  expect(neighbour([], "a")).toBeNull();
});
