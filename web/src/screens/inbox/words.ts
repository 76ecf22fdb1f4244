// The inbox's words for states, in one place so that list, header and panel say the same.
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
