// What the customer sees follows from the facts, in whatever order they arrive.
import { describe, expect, it } from "vitest";
import { initialState, reduce, viewOf, type Action, type State } from "../src/state";
import type { Author, Change } from "../src/types";
import { seeded } from "./chance";
import { conversation, message, outgoing } from "./things";

const AI: Author = { type: "ai", id: null, name: null };

function after(...actions: Action[]): State {
  return actions.reduce(reduce, initialState("new", true));
}

const shown: Action[] = [
  { type: "conversations", items: [conversation()] },
  { type: "select", id: "c1" },
];

describe("versions", () => {
  it("keeps the higher one, whichever order they come in", () => {
    const { draw } = seeded();
    const changes: Change[] = [1, 2, 3, 4].flatMap((version) => [
      {
        seq: version,
        kind: "",
        subject: "message",
        id: "m1",
        version,
        data: message({ version, text: `v${version}` }),
      },
      {
        seq: version,
        kind: "",
        subject: "conversation",
        id: "c1",
        version,
        data: conversation({ version, number: version }),
      },
    ]);
    for (let round = 0; round < 200; round += 1) {
      const mixed = changes.map((change) => ({ change, at: draw() })).sort((a, b) => a.at - b.at);
      const state = after(...mixed.map(({ change }): Action => ({ type: "change", change })));
      expect(state.messages["m1"]?.text).toBe("v4");
      expect(state.conversations["c1"]?.number).toBe(4);
    }
  });

  it("forgets what is gone, with the messages of a conversation", () => {
    const gone: Change = {
      seq: 9,
      kind: "",
      subject: "conversation",
      id: "c1",
      version: 9,
      data: null,
    };
    const state = after(
      ...shown,
      { type: "message", message: message() },
      { type: "change", change: gone },
    );
    expect([state.current, state.messages, state.conversations]).toEqual([null, {}, {}]);
  });
});

describe("a message of one's own", () => {
  it("is shown at once and keeps its row when the desk has it", () => {
    const sending = after(...shown, { type: "outbox", entries: [outgoing()] });
    expect(viewOf(sending).entries).toMatchObject([
      { key: "x1", delivery: "sending", from: "you" },
    ]);
    const echoed = reduce(sending, { type: "message", message: message({ client_id: "x1" }) });
    expect(viewOf(echoed).entries).toMatchObject([{ key: "x1", delivery: "sent", id: "m1" }]);
  });

  it("waits in the conversation that has not begun, and nowhere else", () => {
    const entry = outgoing({ conversation_id: null, thread: "new" });
    const begun = after({ type: "outbox", entries: [entry] });
    expect(viewOf(begun).entries).toHaveLength(1);
    expect(viewOf(reduce(begun, { type: "begin", thread: "other" })).entries).toHaveLength(0);
  });

  it("says why it failed", () => {
    const failure = { detail: "Too long.", hint: "Shorten it." };
    const state = after(...shown, { type: "outbox", entries: [outgoing({ failure })] });
    expect(viewOf(state).entries[0]).toMatchObject({ delivery: "failed", failure });
  });
});

describe("who answers", () => {
  const answering = (more: Parameters<typeof conversation>[0]) =>
    viewOf(after({ type: "conversations", items: [conversation(more)] }, shown[1]!)).answering;

  it("is the assistant, a person with a name, or nobody yet", () => {
    expect(answering({})).toEqual({ kind: "assistant" });
    expect(answering({ handler: "agent", agent_name: "Amira" })).toEqual({
      kind: "agent",
      name: "Amira",
    });
    expect(answering({ handler: "queue" })).toEqual({ kind: "waiting", place: null });
  });

  it("tells the place that was asked for last, not the one of the receipt", () => {
    const receipt = {
      at: "",
      reference: 1042,
      reason_text: "",
      topic: null,
      place: 5,
      promise: "Soon.",
    };
    const waiting: Action = {
      type: "conversations",
      items: [conversation({ handler: "queue", receipt })],
    };
    const before = after(waiting, shown[1]!);
    expect(viewOf(before).receipt?.place_now).toBe(5);
    const place = { place: 2, available: true, hours: "" };
    const polled = reduce(before, { type: "place", conversation_id: "c1", place });
    expect(viewOf(polled)).toMatchObject({ answering: { place: 2 }, receipt: { place_now: 2 } });
  });
});

describe("the rest of the view", () => {
  it("orders by position and shows the author once a run", () => {
    const say = (position: number, author: Author): Action => ({
      type: "message",
      message: message({ id: `m${position}`, position, author }),
    });
    const state = after(...shown, say(3, AI), say(1, AI), say(2, AI));
    expect(viewOf(state).entries.map((entry) => [entry.id, entry.is_first_of_run])).toEqual([
      ["m1", true],
      ["m2", false],
      ["m3", false],
    ]);
  });

  it("stops the dots when the message arrives or 5 seconds have gone", () => {
    const typing = { conversation_id: "c1", author: AI };
    const state = after(...shown, { type: "typing", typing, now: 0 });
    expect(viewOf(state).typing).toEqual(AI);
    expect(viewOf(reduce(state, { type: "tick", now: 5_000 })).typing).toBeNull();
    expect(viewOf(reduce(state, { type: "tick", now: 4_999 })).typing).toEqual(AI);
    const said = reduce(state, { type: "message", message: message({ author: AI }) });
    expect(viewOf(said).typing).toBeNull();
  });

  it("can be closed by the customer only when somebody has answered", () => {
    const asked = after(...shown, { type: "message", message: message() });
    expect(viewOf(asked).can_close).toBe(false);
    const answer = message({ id: "m2", position: 2, author: AI });
    expect(viewOf(reduce(asked, { type: "message", message: answer })).can_close).toBe(true);
  });

  it("prefers to say that one is offline", () => {
    const state = after({ type: "line", is_lost: true });
    expect(viewOf(state).banner).toBe("reconnecting");
    expect(viewOf(reduce(state, { type: "online", is_online: false })).banner).toBe("offline");
  });
});
