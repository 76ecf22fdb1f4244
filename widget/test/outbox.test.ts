// Unsent messages: in order, never lost, never doubled, and honest about failure.
import { describe, expect, it } from "vitest";
import { Problem, Unreachable } from "../src/api";
import { OUTBOX_ENTRIES_MAX } from "../src/limits";
import { createOutbox, type Outgoing } from "../src/outbox";
import { StartedAfresh } from "../src/session";
import { openStorage } from "../src/storage";
import { settle, testClock } from "./clock";
import { backing, outgoing } from "./things";

function problem(status: number, retry_after_ms: number | null = null): Problem {
  return new Problem(status, "code", "It did not fit.", "Shorten it.", retry_after_ms);
}

function desk(kept = backing(), owner: string | null = null) {
  const clock = testClock();
  const delivered: Outgoing[] = [];
  let answers: unknown[] = [];
  let entries: Outgoing[] = [];
  const outbox = createOutbox({
    storage: openStorage("demo", () => kept),
    clock,
    owner: () => owner,
    deliver: async (entry) => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      delivered.push(entry);
      return entry.conversation_id ?? "c-new";
    },
    onChange: (next) => (entries = next),
  });
  return {
    clock,
    delivered,
    outbox,
    kept,
    entries: () => entries,
    answer: (...next: unknown[]) => (answers = next),
  };
}

describe("the outbox", () => {
  it("sends in order, and the second message follows the first into its conversation", async () => {
    const { outbox, delivered, entries, kept } = desk();
    outbox.add(outgoing({ client_id: "a", conversation_id: null, thread: "t" }));
    outbox.add(outgoing({ client_id: "b", conversation_id: null, thread: "t" }));
    await settle();
    expect(delivered.map((entry) => [entry.client_id, entry.conversation_id])).toEqual([
      ["a", null],
      ["b", "c-new"],
    ]);
    expect([entries(), kept.length]).toEqual([[], 0]);
  });

  it("retries what may pass, with the same id, and waits as long as it is asked to", async () => {
    const { outbox, delivered, clock, answer } = desk();
    answer(new Unreachable(), problem(503, 9_000));
    outbox.add(outgoing());
    await settle();
    clock.advance(499);
    await settle();
    expect(delivered).toHaveLength(0);
    clock.advance(1);
    await settle();
    clock.advance(8_999);
    await settle();
    expect(delivered).toHaveLength(0);
    clock.advance(1);
    await settle();
    expect(delivered.map((entry) => entry.client_id)).toEqual(["x1"]);
  });

  it("goes at once when the line is back", async () => {
    const { outbox, delivered, answer } = desk();
    answer(new Unreachable());
    outbox.add(outgoing());
    await settle();
    outbox.hurry();
    await settle();
    expect(delivered).toHaveLength(1);
  });

  it("keeps a refused message with its reason, and lets others pass", async () => {
    const { outbox, delivered, entries, answer } = desk();
    answer(problem(422));
    outbox.add(outgoing({ client_id: "bad" }));
    outbox.add(outgoing({ client_id: "good" }));
    await settle();
    expect(delivered.map((entry) => entry.client_id)).toEqual(["good"]);
    expect(entries()[0]?.failure).toEqual({ detail: "It did not fit.", hint: "Shorten it." });
    outbox.retry("bad");
    await settle();
    expect(delivered.map((entry) => entry.client_id)).toEqual(["good", "bad"]);
  });

  it("sends what an earlier page left, but never the words of somebody else", async () => {
    const first = desk();
    first.answer(new Unreachable());
    first.outbox.add(outgoing());
    await settle();
    first.outbox.stop();
    const other = desk(first.kept, "somebody");
    other.outbox.restore();
    await settle();
    expect(other.delivered).toHaveLength(0);
    const second = desk(first.kept);
    second.outbox.restore();
    await settle();
    expect(second.delivered.map((entry) => entry.client_id)).toEqual(["x1"]);
  });

  it("opens a new conversation when the old one is gone", async () => {
    const { outbox, delivered, answer } = desk();
    answer(problem(404));
    outbox.add(outgoing());
    await settle();
    expect(delivered[0]?.conversation_id).toBeNull();
  });

  it("tries a fresh session once at once, and then with patience", async () => {
    const { outbox, delivered, answer, clock } = desk();
    answer(new StartedAfresh(), new StartedAfresh());
    outbox.add(outgoing());
    await settle();
    expect(delivered).toHaveLength(0);
    clock.advance(30_000);
    await settle();
    expect(delivered).toHaveLength(1);
  });

  it("holds so many and no more", async () => {
    const { outbox, answer } = desk();
    answer(new Unreachable());
    const added = Array.from({ length: OUTBOX_ENTRIES_MAX + 1 }, (_, index) =>
      outbox.add(outgoing({ client_id: `x${index}` })),
    );
    expect(added.filter(Boolean)).toHaveLength(OUTBOX_ENTRIES_MAX);
    expect(added[OUTBOX_ENTRIES_MAX]).toBe(false);
  });

  it("works where storage is blocked", async () => {
    const blocked = () => {
      throw new Error("denied");
    };
    const storage = openStorage("demo", blocked);
    storage.set("a", "1");
    expect([storage.get("a"), storage.keys("a")]).toEqual(["1", ["a"]]);
    storage.remove("a");
    expect([storage.get("a"), storage.keys("")]).toEqual([null, []]);
  });
});
