// What a row of the inbox tells of a conversation.
import { expect, test } from "vitest";
import type { Conversation } from "../src/api/types.ts";
import { rowWords } from "../src/screens/inbox/words.ts";

const SUBJECT = "My lamp arrived broken and…";
const check = (
  change: Partial<Conversation>,
  author_type: "customer" | "ai" | "agent",
  text: string,
) =>
  rowWords({
    subject: SUBJECT,
    state: "open",
    handler: "queue",
    last_message: { author_type, text, at: "" },
    ...change,
  } as Conversation);

test.each([
  ["a refusal is not repeated in the queue", {}, "ai", "I cannot answer that.", SUBJECT, null, ""],
  ["nor an agent's reply", {}, "agent", "One moment.", SUBJECT, null, ""],
  ["the customer's later words follow", {}, "customer", "Hello?", SUBJECT, null, "Hello?"],
  ["but not the same ones", {}, "customer", `${SUBJECT.slice(0, -1)} I`, SUBJECT, null, ""],
  ["nor the same few", { subject: "Hi" }, "customer", "Hi", "Hi", null, ""],
  ["a likeness is not enough", { subject: "Hi" }, "customer", "High!", "Hi", null, "High!"],
  ["files alone have no first words", { subject: "" }, "ai", "Noted.", "Noted.", "ai", ""],
  ["nobody waits here", { handler: "assistant" }, "ai", "Here it is.", "Here it is.", "ai", ""],
  ["nor here", { state: "closed" }, "agent", "Goodbye.", "Goodbye.", "agent", ""],
] as const)("row: %s", (_, change, author, text, lead, by, then) => {
  expect(check(change, author, text)).toEqual({ lead, by, then });
});

test("a row without a message has its subject", () => {
  expect(check({ last_message: null }, "ai", "").lead).toBe(SUBJECT);
});
