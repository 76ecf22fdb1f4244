// The desk's own work in one quiet line.
import type { Overview } from "../../api/types.ts";
import { number } from "../../time.ts";

/** Nothing to say when no work is under way: a word of rest would be taken for the queue. */
export function workWords(state: Overview["state"]): string {
  const n_moving = Math.max(0, state.jobs_waiting - state.jobs_stuck);
  if (n_moving === 0) return "";
  if (n_moving === 1) return "One answer or draft is being made.";
  return `${number(n_moving)} answers or drafts are being made.`;
}
