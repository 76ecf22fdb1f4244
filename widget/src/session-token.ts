// The kept session of one inbox; the loader reads it too, so it stands alone.
import { readJson, type Storage } from "./storage";

export interface KeptSession {
  token: string;
  /** Null for a customer whom the host page has not named. */
  external_id: string | null;
}

export const SESSION_KEY = "session";

/** A kept token counts only for the customer who is here now: a shared computer has many. */
export function keptToken(
  storage: Pick<Storage, "get">,
  external_id: string | null,
): string | null {
  const kept = readJson<KeptSession>(storage, SESSION_KEY);
  return kept && kept.external_id === external_id ? kept.token : null;
}
