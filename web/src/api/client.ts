// The one place that talks to the desk's HTTP API; every failure leaves it as a Problem.
import { problemFrom, unreachable, type Problem } from "./problem.ts";

const BASE = "/api/v1";

export type CallOptions = {
  body?: unknown;
  file?: Blob;
  signal?: AbortSignal;
  /** Makes a repeated call harmless: the desk gives the first answer again. */
  idempotencyKey?: string;
  /** The desk only works something out: a full disk does not matter to it. */
  keepsNothing?: boolean;
};
export type Answered = { problem: Problem | null; isKept: boolean };

let whenSignedOut: () => void = () => {};
let whenAnswered: (answered: Answered) => void = () => {};

/** Called once for each answer that says the session is gone. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/** Called for each answer of the desk: how a call went tells how the desk is. */
export function onAnswered(listener: (answered: Answered) => void): void {
  whenAnswered = listener;
}

export async function call<Answer>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const response = await send(method, path, options);
  if (!response.ok) {
    const problem = await problemFrom(response);
    whenAnswered({ problem, isKept: false });
    if (problem.status === 401 && path !== "/session") whenSignedOut();
    throw problem;
  }
  whenAnswered({ problem: null, isKept: method !== "GET" && !options.keepsNothing });
  return response.status === 204 ? (undefined as Answer) : await response.json();
}

export const get = <Answer>(path: string, signal?: AbortSignal) =>
  call<Answer>("GET", path, { signal });
export const post = <Answer>(path: string, body?: unknown, idempotencyKey?: string) =>
  call<Answer>("POST", path, { body, idempotencyKey });
/** Asks with a body; nothing is kept of it. */
export const ask = <Answer>(path: string, body: unknown) =>
  call<Answer>("POST", path, { body, keepsNothing: true });
export const put = <Answer>(path: string, body: unknown) => call<Answer>("PUT", path, { body });
export const patch = <Answer>(path: string, body: unknown) => call<Answer>("PATCH", path, { body });
export const remove = (path: string) => call<void>("DELETE", path);

/** Opens a response that is read as it arrives: the event stream. */
export function openStream(path: string, headers: HeadersInit, signal: AbortSignal) {
  return fetch(BASE + path, { headers, signal, credentials: "same-origin", cache: "no-store" });
}

export function fileAddress(id: string): string {
  return `${BASE}/files/${id}`;
}

/** `?a=1&b=2`, leaving out what is empty. */
export function query(parts: Record<string, string | number | null | undefined>): string {
  const filled = Object.entries(parts).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
}

async function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  let body: BodyInit | undefined;
  if (options.file) {
    headers["content-type"] = options.file.type || "application/octet-stream";
    body = options.file;
  } else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  try {
    return await fetch(BASE + path, {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    throw unreachable();
  }
}
