// What an agent has begun to write, kept for this tab: one entry a conversation.
import type { FileRef } from "../../api/types.ts";

export type Begun = {
  kind: "reply" | "note";
  text: string;
  files: FileRef[];
  draft_id: string | null;
};

export const NOTHING_BEGUN: Begun = { kind: "reply", text: "", files: [], draft_id: null };

const keyOf = (conversationId: string) => `evenkeel-begun:${conversationId}`;

export function begunIn(conversationId: string, storage: Storage = sessionStorage): Begun {
  try {
    const stored = storage.getItem(keyOf(conversationId));
    return stored ? { ...NOTHING_BEGUN, ...JSON.parse(stored) } : { ...NOTHING_BEGUN };
  } catch {
    return { ...NOTHING_BEGUN };
  }
}

export function keepBegun(
  conversationId: string,
  begun: Begun,
  storage: Storage = sessionStorage,
): void {
  try {
    const isEmpty = begun.text === "" && begun.files.length === 0;
    if (isEmpty) storage.removeItem(keyOf(conversationId));
    else storage.setItem(keyOf(conversationId), JSON.stringify(begun));
  } catch {
    // A full or forbidden storage costs only the memory across a reload.
  }
}
