// The customer's session: kept per inbox, made when first needed, renewed when it has ended.
import { Problem, type Api, type Request } from "./api";
import { keptToken, SESSION_KEY, type KeptSession } from "./session-token";
import type { Storage } from "./storage";
import type { Identity, SessionAnswer } from "./types";

/** The customer is not who asked any more: their session has ended, or somebody else is here. */
export class StartedAfresh extends Error {}

export interface SessionOptions {
  api: Api;
  storage: Storage;
  inbox: string;
  locale: string;
  onAfresh(): void;
  warn(what: string): void;
}

export interface Session {
  /** The token there is, for this very customer; null when nobody has spoken yet. */
  current(): string | null;
  identify(identity: Identity | null): void;
  owner(): string | null;
  /** Makes a session when there is none, and tells nobody before that. */
  call<T>(request: Request): Promise<T>;
  blob(request: Request): Promise<Blob>;
  /** The stream found that `token` is refused. */
  renew(token: string): Promise<void>;
  forget(): void;
}

export function createSession(options: SessionOptions): Session {
  const { api, storage } = options;
  let identity: Identity | null = null;
  let making: Promise<string> | null = null;
  /** Counts changes of the customer: what was asked for an earlier one is not for this one. */
  let turn = 0;

  const owner = () => identity?.external_id ?? null;
  const current = () => keptToken(storage, owner());

  const make = async (): Promise<string> => {
    const own = turn;
    const made = await begin(options, identity).catch((error: unknown) => {
      const isRefused = error instanceof Problem && (error.status === 401 || error.status === 403);
      if (!identity || !isRefused || own !== turn) throw error;
      options.warn(
        "the identity was refused, so this customer is anonymous; " +
          "hint: hash is the HMAC-SHA-256 of external_id in hexadecimal",
      );
      identity = null;
      return current() ?? begin(options, null);
    });
    if (own !== turn) throw new StartedAfresh();
    const kept: KeptSession = { token: made, external_id: owner() };
    storage.set(SESSION_KEY, JSON.stringify(kept));
    return made;
  };

  const token = async (): Promise<string> => {
    const kept = current();
    if (kept) return kept;
    making ??= make().finally(() => (making = null));
    return making;
  };

  const renew = async (refused: string): Promise<void> => {
    // Another tab may have been quicker; its new token is as good for us.
    if (current() === refused) storage.remove(SESSION_KEY);
    if (identity) return void (await token());
    options.onAfresh();
    throw new StartedAfresh();
  };

  const authorised = async <T>(send: (token: string) => Promise<T>): Promise<T> => {
    const own = turn;
    const answer = await attempt(send);
    if (own !== turn) throw new StartedAfresh();
    return answer;
  };

  const attempt = async <T>(send: (token: string) => Promise<T>): Promise<T> => {
    const used = await token();
    try {
      return await send(used);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      await renew(used);
      return send(await token());
    }
  };

  return {
    current,
    owner,
    identify: (next) => {
      identity = next;
      making = null;
      turn += 1;
    },
    call: <T>(request: Request) => authorised((token) => api.json<T>({ ...request, token })),
    blob: (request) => authorised((token) => api.blob({ ...request, token })),
    renew,
    forget: () => storage.remove(SESSION_KEY),
  };
}

async function begin(options: SessionOptions, identity: Identity | null): Promise<string> {
  const { inbox, locale } = options;
  const answer = await options.api.json<SessionAnswer>({
    method: "POST",
    path: "/widget/session",
    json: { inbox, locale, ...(identity && { identity: cleanIdentity(identity) }) },
  });
  return answer.token;
}

/** The host page may hand over more than the desk accepts; unknown fields would be refused. */
function cleanIdentity({ external_id, name, email, hash }: Identity): Identity {
  return { external_id, hash, ...(name && { name }), ...(email && { email }) };
}
