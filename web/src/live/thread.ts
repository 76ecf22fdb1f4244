// What a conversation shows: the desk's messages, then what this browser is still sending.
import type { FileRef, Message } from "../api/types.ts";
import type { Problem } from "../api/problem.ts";

export type Outgoing = {
  client_id: string;
  conversation_id: string;
  kind: "reply" | "note";
  text: string;
  files: FileRef[];
  draft_id: string | null;
  state: "sending" | "failed";
  problem: Problem | null;
  at: string;
};

export type ThreadLine =
  | { type: "message"; key: string; message: Message }
  | { type: "outgoing"; key: string; outgoing: Outgoing };

/** The key is the same before and after the desk's answer, so that the line does not flicker. */
export function threadOf(messages: Iterable<Message>, outgoing: Iterable<Outgoing>): ThreadLine[] {
  const seen = new Set<string>();
  const shown = [...messages].filter((message) => !isAnsweredDraft(message));
  shown.sort((a, b) => a.position - b.position);
  const lines: ThreadLine[] = shown.map((message) => {
    if (message.client_id) seen.add(message.client_id);
    return { type: "message", key: message.client_id ?? message.id, message };
  });
  for (const item of outgoing) {
    if (seen.has(item.client_id)) continue;
    lines.push({ type: "outgoing", key: item.client_id, outgoing: item });
  }
  return lines;
}

/** What the desk has received under a client_id no longer waits to be sent. */
export function stillOutgoing(outgoing: Outgoing[], message: Message): Outgoing[] {
  if (!message.client_id) return outgoing;
  return outgoing.filter((item) => item.client_id !== message.client_id);
}

function isAnsweredDraft(message: Message): boolean {
  return message.kind === "draft" && message.draft_state !== "pending";
}
