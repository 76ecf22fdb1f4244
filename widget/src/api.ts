// The desk's HTTP calls, and the two ways in which a call can fail.
import type { Clock } from "./clock";
import { REQUEST_MS_MAX } from "./limits";

/** The desk answered, and said no. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string,
    readonly retry_after_ms: number | null,
  ) {
    super(detail || code);
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408 || this.status === 425;
  }
}

/** No answer came: offline, blocked, or too slow. */
export class Unreachable extends Error {}

export interface Request {
  method?: "GET" | "POST";
  path: string;
  token?: string;
  json?: unknown;
  body?: Blob;
  idempotency_key?: string;
  wait_ms_max?: number;
}

export interface Api {
  base: string;
  json<T>(request: Request): Promise<T>;
  blob(request: Request): Promise<Blob>;
}

export function createApi(base: string, get: typeof fetch, clock: Clock): Api {
  const send = async <T>(request: Request, read: (answer: Response) => Promise<T>): Promise<T> => {
    const control = new AbortController();
    const stop = clock.after(request.wait_ms_max ?? REQUEST_MS_MAX, () => control.abort());
    try {
      const answer = await get(`${base}/api/v1${request.path}`, {
        method: request.method ?? "GET",
        headers: headersOf(request),
        body: request.body ?? (request.json === undefined ? null : JSON.stringify(request.json)),
        signal: control.signal,
        // The bearer token is all there is: a host page's cookies are not the desk's business.
        credentials: "omit",
      });
      if (!answer.ok) throw await problemOf(answer);
      return await read(answer);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Unreachable(String(error));
    } finally {
      stop();
    }
  };
  return {
    base,
    json: <T>(request: Request) => send(request, (answer) => readJson<T>(answer)),
    blob: (request) => send(request, (answer) => answer.blob()),
  };
}

async function readJson<T>(answer: Response): Promise<T> {
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

function headersOf(request: Request): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (request.token) headers["authorization"] = `Bearer ${request.token}`;
  if (request.json !== undefined) headers["content-type"] = "application/json";
  if (request.body) headers["content-type"] = request.body.type || "application/octet-stream";
  if (request.idempotency_key) headers["idempotency-key"] = request.idempotency_key;
  return headers;
}

async function problemOf(answer: Response): Promise<Problem> {
  const said = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  const text = (field: string) => (typeof said?.[field] === "string" ? said[field] : "");
  const seconds = Number(answer.headers.get("retry-after") || Number.NaN);
  return new Problem(
    answer.status,
    text("code"),
    text("detail") || text("title"),
    text("hint"),
    Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null,
  );
}
