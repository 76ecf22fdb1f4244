// Which conversations a view holds and in what order; the same rules as the desk's own lists.
import type { Conversation, View } from "../api/types.ts";

export function belongs(conversation: Conversation, view: View, agentId: string): boolean {
  const { state, handler, agent } = conversation;
  if (view === "all") return true;
  if (view === "closed") return state === "closed";
  if (state === "closed") return false;
  if (view === "waiting") return handler === "queue";
  if (view === "ai") return handler === "assistant";
  return handler === "agent" && agent?.id === agentId;
}

/** Negative when `a` stands above `b`. */
export function compare(view: View, a: Conversation, b: Conversation): number {
  if (view === "waiting") {
    const first = Number(b.priority === "first") - Number(a.priority === "first");
    if (first !== 0) return first;
    return byText(waitsSince(a), waitsSince(b)) || byText(a.id, b.id);
  }
  return byText(b.updated_at, a.updated_at) || byText(b.id, a.id);
}

/** All that belongs, in order, down to the last loaded row: below it pages are still missing. */
export function settle(
  conversations: Iterable<Conversation>,
  view: View,
  agentId: string,
  horizon: Conversation | null,
): string[] {
  const rows: Conversation[] = [];
  for (const conversation of conversations) {
    if (!belongs(conversation, view, agentId)) continue;
    if (horizon && compare(view, conversation, horizon) > 0) continue;
    rows.push(conversation);
  }
  return rows.sort((a, b) => compare(view, a, b)).map((row) => row.id);
}

/** While somebody reads the list, rows stay where they are: only what comes last is added. */
export function hold(shown: string[], settled: string[]): { order: string[]; n_arrivals: number } {
  const known = new Set(shown);
  let n_appended = 0;
  while (n_appended < settled.length) {
    const id = settled[settled.length - 1 - n_appended];
    if (id === undefined || known.has(id)) break;
    n_appended += 1;
  }
  const appended = n_appended > 0 ? settled.slice(-n_appended) : [];
  const n_new = settled.filter((id) => !known.has(id)).length;
  return { order: [...shown, ...appended], n_arrivals: n_new - n_appended };
}

/** The open conversation keeps its row until one moves on, even when it has left the view. */
export function keepRow(settled: string[], shown: string[], openId: string | null): string[] {
  const at = openId === null ? -1 : shown.indexOf(openId);
  if (openId === null || at < 0 || settled.includes(openId)) return settled;
  return settled.toSpliced(at, 0, openId);
}

/** The row to go to when `id` leaves the list: the next one, else the one before it. */
export function neighbour(order: string[], id: string): string | null {
  const at = order.indexOf(id);
  if (at < 0) return order[0] ?? null;
  return order[at + 1] ?? order[at - 1] ?? null;
}

function waitsSince(conversation: Conversation): string {
  return conversation.waiting_since ?? conversation.updated_at;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
