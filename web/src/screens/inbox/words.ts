// The inbox's words for states, in one place so that list, header and panel say the same.
import { Problem } from "../../api/problem.ts";
import type { Conversation, Handoff, View } from "../../api/types.ts";

export const VIEWS: { view: View; words: string; about: string }[] = [
  { view: "waiting", words: "Waiting", about: "Customers who wait for a person" },
  { view: "mine", words: "Mine", about: "Conversations that you answer" },
  { view: "ai", words: "AI now", about: "Conversations that the assistant answers" },
  { view: "all", words: "All", about: "Every conversation" },
  { view: "closed", words: "Closed", about: "Conversations that are over" },
];

export const NOTHING: Record<View, { title: string; words: string }> = {
  waiting: { title: "Nobody is waiting", words: "New customers who need a person appear here." },
  mine: {
    title: "You hold no conversation",
    words: "Claim one from Waiting; c takes the open one.",
  },
  ai: {
    title: "The assistant is answering nobody",
    words: "Topics at supervised send some to it.",
  },
  all: { title: "No conversations yet", words: "Put the script tag from Settings on a page." },
  closed: { title: "Nothing is closed yet", words: "Closed conversations stay here to be read." },
};

export function asView(text: string | undefined): View {
  return VIEWS.find(({ view }) => view === text)?.view ?? "waiting";
}

export function customerName(conversation: Conversation): string {
  return conversation.customer.name ?? "Unnamed customer";
}

/** Whose move it is, in two or three words. */
export function turnWords(conversation: Conversation, agentId: string): string {
  if (conversation.state === "closed") return "Closed";
  if (conversation.has_draft) return "Draft ready";
  if (conversation.handler === "queue") return "Waits for a person";
  if (!conversation.needs_reply) return "Answered";
  if (conversation.handler === "assistant") return "AI's turn";
  return conversation.agent?.id === agentId ? "Your turn" : "Agent's turn";
}

export type RowWords = { lead: string; by: "ai" | "agent" | null; then: string };

/**
 * Whoever scans the queue needs what the customer came with: the first words lead, and what the
 * customer said since follows. What the assistant or an agent said last is the same for many.
 */
export function rowWords(conversation: Conversation): RowWords {
  const { subject, last_message: last, state, handler } = conversation;
  const author = last?.author_type;
  const by = author === "ai" || author === "agent" ? author : null;
  const isWaiting = state === "open" && handler === "queue";
  if (!last || !isWaiting || !subject) return { lead: last?.text || subject, by, then: "" };
  // The desk cuts what is long, a subject sooner than the last message.
  const isSame = subject.endsWith("…")
    ? last.text.startsWith(subject.slice(0, -1))
    : last.text === subject;
  return { lead: subject, by: null, then: author === "customer" && !isSame ? last.text : "" };
}

/** The desk's hint is to ask a lead; a lead has the way at hand. */
export function forLeads(refused: Problem): Problem {
  const { status, code, detail } = refused;
  return new Problem({
    status,
    code,
    detail,
    hint: "Take it over all the same, or write a note to them.",
  });
}

/** Who answers now, as a mark and a name. */
export function answering(
  conversation: Conversation,
  agentId: string,
): { who: "ai" | "agent" | null; words: string } {
  if (conversation.state === "closed") return { who: null, words: "Closed" };
  if (conversation.handler === "assistant") return { who: "ai", words: "Assistant" };
  if (conversation.handler === "queue") return { who: null, words: "Nobody yet" };
  const isMine = conversation.agent?.id === agentId;
  return { who: "agent", words: isMine ? "You" : (conversation.agent?.name ?? "An agent") };
}

export const HANDED_BY: Record<Handoff["by"], string> = {
  customer: "The customer asked for a person",
  assistant: "The assistant handed over",
  rule: "A people-first rule",
  assignment: "Assigned to people",
};
