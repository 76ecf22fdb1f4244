// Conversations and messages for tests, complete but for what a test says about them.
import type { Outgoing } from "../src/outbox";
import type { WidgetConversation, WidgetMessage } from "../src/types";

const AT = "2026-03-02T10:00:00.000Z";

export function conversation(more: Partial<WidgetConversation> = {}): WidgetConversation {
  return {
    id: "c1",
    version: 1,
    number: 1042,
    state: "open",
    handler: "assistant",
    agent_name: null,
    topic: null,
    survey: null,
    receipt: null,
    created_at: AT,
    updated_at: AT,
    ...more,
  };
}

export function message(more: Partial<WidgetMessage> = {}): WidgetMessage {
  return {
    id: "m1",
    version: 1,
    conversation_id: "c1",
    position: 1,
    author: { type: "customer", id: null, name: null },
    kind: "text",
    code: null,
    text: "Hello",
    generated: false,
    sources: [],
    choices: [],
    files: [],
    client_id: null,
    created_at: AT,
    ...more,
  };
}

export function outgoing(more: Partial<Outgoing> = {}): Outgoing {
  return {
    client_id: "x1",
    conversation_id: "c1",
    thread: "c1",
    text: "Hello",
    files: [],
    wants_person: false,
    owner: null,
    created_at: AT,
    failure: null,
    ...more,
  };
}

/** A store like the browser's. */
export function backing() {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}
