// A message that is being sent is shown once: before, while and after the desk answers.
import { describe, expect, test } from "vitest";
import type { Message } from "../src/api/types.ts";
import { stillOutgoing, threadOf, type Outgoing } from "../src/live/thread.ts";

function message(position: number, change: Partial<Message> = {}): Message {
  return {
    id: `m${position}`,
    version: 1,
    conversation_id: "c",
    position,
    author: { type: "agent", id: "me", name: "Me" },
    kind: "text",
    code: null,
    text: "",
    generated: false,
    sources: [],
    choices: [],
    wrong: false,
    files: [],
    draft_state: null,
    door: "chat",
    client_id: null,
    created_at: "2026-01-01T10:00:00.000Z",
    ...change,
  };
}
function outgoing(client_id: string): Outgoing {
  return {
    client_id,
    conversation_id: "c",
    kind: "reply",
    text: "",
    files: [],
    draft_id: null,
    state: "sending",
    problem: null,
    at: "2026-01-01T10:00:00.000Z",
  };
}
const keys = (messages: Message[], sending: Outgoing[]) =>
  threadOf(messages, sending).map((line) => `${line.type}:${line.key}`);

describe("the thread", () => {
  test("stands in the desk's order, then what is on its way", () => {
    expect(keys([message(2), message(1)], [outgoing("x")])).toEqual([
      "message:m1",
      "message:m2",
      "outgoing:x",
    ]);
  });

  test("shows a message once when the event overtakes the answer, under the same key", () => {
    expect(keys([message(1, { client_id: "x" })], [outgoing("x")])).toEqual(["message:x"]);
  });

  test("hides drafts that were sent or discarded", () => {
    const drafts = (["pending", "sent", "discarded"] as const).map((draft_state, at) =>
      message(at + 1, { kind: "draft", draft_state }),
    );
    expect(keys(drafts, [])).toEqual(["message:m1"]);
  });
});

test("a received message ends its own sending alone", () => {
  const both = [outgoing("x"), outgoing("y")];
  expect(stillOutgoing(both, message(1, { client_id: "x" }))).toEqual([both[1]]);
  expect(stillOutgoing(both, message(1))).toBe(both);
});
