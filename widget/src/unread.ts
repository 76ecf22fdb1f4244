// Counts what the customer has not seen yet, for the bubble's badge while the panel is closed.
import type { List, WidgetConversation, WidgetThread } from "./types";

/** By conversation: the version and the highest message position that were on the screen. */
export type Seen = Record<string, [version: number, position: number]>;

export const SEEN_KEY = "seen";
/** Older conversations are not worth a request on every page. */
const CONVERSATIONS_MAX = 3;

/**
 * Only conversations that this browser has shown are counted: elsewhere everything would look new.
 */
export async function countUnread(
  seen: Seen,
  read: (path: string) => Promise<unknown>,
): Promise<number> {
  const list = (await read("/widget/conversations")) as List<WidgetConversation>;
  const changed = list.items
    .filter(({ id, version }) => (seen[id]?.[0] ?? version) < version)
    .slice(0, CONVERSATIONS_MAX);
  let n_unread = 0;
  for (const { id } of changed) {
    const thread = (await read(`/widget/conversations/${id}`)) as WidgetThread;
    n_unread += thread.messages.filter(
      ({ kind, author, position }) =>
        kind === "text" && author.type !== "customer" && position > (seen[id]?.[1] ?? 0),
    ).length;
  }
  return n_unread;
}
