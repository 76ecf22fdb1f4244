// What the desk cannot do at the moment, as its answers tell.
import type { Answered } from "../api/client.ts";

export type Condition = { isReadOnly: boolean; isDatabaseLost: boolean };

export const WELL: Condition = { isReadOnly: false, isDatabaseLost: false };

/** A full disk can still be read: only something that was kept tells that there is room again. */
export function conditionAfter(before: Condition, { problem, isKept }: Answered): Condition {
  if (problem?.code === "full") return { isReadOnly: true, isDatabaseLost: false };
  if (problem?.code === "database_lost") return { ...before, isDatabaseLost: true };
  if (problem) return before;
  return { isReadOnly: before.isReadOnly && !isKept, isDatabaseLost: false };
}
