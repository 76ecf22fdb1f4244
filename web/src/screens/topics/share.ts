// What a topic's share means, which depends on its level.
import type { Topic } from "../../api/types.ts";
import { percent } from "../../time.ts";

/** The desk keeps at least this part with people, or without a suggestion, to compare with. */
export const SHARE_MAX = 0.95;
export const SHARE_USUAL = 0.5;

/** The levels at which a share is chosen. */
export type SharedLevel = "draft" | "supervised" | "autonomous";

/** A share was chosen for its level; at another one it would mean something else. */
export function sharesAtFirst(topic: Pick<Topic, "level" | "share">): Record<SharedLevel, number> {
  const usual = { draft: SHARE_USUAL, supervised: SHARE_USUAL, autonomous: SHARE_MAX };
  return topic.level in usual ? { ...usual, [topic.level]: topic.share } : usual;
}

/** Of the answers, the assistant's part: at draft people send each one. */
export function shareOfAi(topic: Pick<Topic, "level" | "share">): number {
  return topic.level === "supervised" || topic.level === "autonomous" ? topic.share : 0;
}

export function draftWords(topic: Pick<Topic, "level" | "share">): string {
  return topic.level === "draft" ? `Suggestion shown in ${percent(topic.share)} of cases` : "";
}
