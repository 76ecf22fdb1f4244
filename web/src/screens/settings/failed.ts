// What the screen of failed work says, and where the focus goes when a row leaves it.
import type { FailedJob } from "../../api/types.ts";
import { neighbour } from "../../live/views.ts";

/** As many as the desk lists; whoever sees this number may not see all. */
export const N_LISTED_MAX = 100;

/** "2 answers and 1 draft": what failed, in the words of the list. */
export function failedWords(jobs: Pick<FailedJob, "kind">[]): string {
  const n_answers = jobs.filter((job) => job.kind === "answer").length;
  const counted = [counts(n_answers, "answer"), counts(jobs.length - n_answers, "draft")];
  return counted.filter(Boolean).join(" and ");
}

export function timesWords(n_attempts: number): string {
  return n_attempts === 1 ? "once" : n_attempts === 2 ? "twice" : `${n_attempts} times`;
}

/** The rest, and the row that takes over the focus. */
export function without(jobs: FailedJob[], id: string): { rest: FailedJob[]; next: string | null } {
  const next = neighbour(
    jobs.map((job) => job.id),
    id,
  );
  return { rest: jobs.filter((job) => job.id !== id), next: next === id ? null : next };
}

function counts(n: number, word: string): string {
  return n === 0 ? "" : `${n} ${word}${n === 1 ? "" : "s"}`;
}
