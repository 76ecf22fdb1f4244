// One connection to the desk's event stream: it reconnects by itself and never goes quiet unseen.
import { openStream } from "../api/client.ts";
import { EventParser, type StreamEvent } from "./sse.ts";

export type Subject =
  | "conversation"
  | "message"
  | "case"
  | "handoff"
  | "call"
  | "customer"
  | "topic"
  | "article"
  | "agent"
  | "inbox"
  | "worker"
  | "shift"
  | "application"
  | "desk";
export type Change = {
  seq: number;
  kind: string;
  subject: Subject;
  id: string;
  version: number;
  data: unknown;
};
export type Signal =
  | { type: "hello"; seq: number }
  | { type: "change"; change: Change }
  | { type: "typing"; conversation_id: string; author: unknown }
  | { type: "resync"; seq: number }
  | { type: "state"; isConnected: boolean; seq: number | null }
  | { type: "signed-out" };

// The desk sends a beat every 15 s; two missed ones and some slack mean a dead line.
const SILENCE_MS = 40_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;

/** Runs until aborted. `seq` is the last one that this browser has seen, if any. */
export async function followStream(
  seq: number | null,
  emit: (signal: Signal) => void,
  stop: AbortSignal,
): Promise<void> {
  const place = new StreamPlace(seq, emit);
  let n_failures = 0;
  while (!stop.aborted) {
    const outcome = await readOnce(place, emit, stop);
    if (stop.aborted) return;
    if (outcome === "signed-out") return emit({ type: "signed-out" });
    emit({ type: "state", isConnected: false, seq: place.seq });
    n_failures = outcome === "was-open" ? 0 : n_failures + 1;
    await pause(retryDelayMs(n_failures, Math.random()), stop);
  }
}

/** Doubles from half a second to fifteen, spread so that a thousand browsers do not come at once. */
export function retryDelayMs(n_failures: number, draw: number): number {
  const delay = Math.min(RETRY_MS_MIN * 2 ** Math.min(n_failures, 10), RETRY_MS_MAX);
  return delay * (0.5 + draw / 2);
}

/** Knows how far this browser has read, and turns raw events into signals. */
export class StreamPlace {
  seq: number | null;
  readonly #emit: (signal: Signal) => void;

  constructor(seq: number | null, emit: (signal: Signal) => void) {
    this.seq = seq;
    this.#emit = emit;
  }

  take(event: StreamEvent): void {
    const data = parsed(event.data);
    if (data === null) return;
    if (event.type === "hello") this.#hello(data.seq);
    else if (event.type === "resync") this.#resync(data.seq);
    else if (event.type === "typing") {
      this.#emit({ type: "typing", conversation_id: data.conversation_id, author: data.author });
    } else if (event.type === "change") {
      this.seq = Math.max(this.seq ?? 0, data.seq);
      this.#emit({ type: "change", change: data as Change });
    }
  }

  /** After a reconnect `hello` names the desk's place, not ours: what lies between still comes. */
  #hello(seq: number): void {
    if (this.seq === null) {
      this.seq = seq;
      this.#emit({ type: "hello", seq });
    } else if (seq < this.seq) {
      // The desk was restored from an older copy: what we hold may never have happened.
      this.#resync(seq);
    }
    this.#emit({ type: "state", isConnected: true, seq: this.seq });
  }

  #resync(seq: number): void {
    this.seq = seq;
    this.#emit({ type: "resync", seq });
  }
}

async function readOnce(
  place: StreamPlace,
  emit: (signal: Signal) => void,
  stop: AbortSignal,
): Promise<"was-open" | "failed" | "signed-out"> {
  const line = new AbortController();
  const hangUp = () => line.abort();
  stop.addEventListener("abort", hangUp, { once: true });
  let watchdog = setTimeout(hangUp, SILENCE_MS);
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hangUp, SILENCE_MS);
  };
  let wasOpen = false;
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (place.seq !== null) headers["last-event-id"] = String(place.seq);
    const response = await openStream("/events", headers, line.signal);
    if (response.status === 401) return "signed-out";
    if (!response.ok || !response.body) return "failed";
    wasOpen = true;
    const beat = () => emit({ type: "state", isConnected: true, seq: place.seq });
    const parser = new EventParser((event) => place.take(event), beat);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      alive();
      parser.push(value);
    }
  } catch {
    // An aborted or broken line is no news here: the caller says "reconnecting" and tries again.
  } finally {
    clearTimeout(watchdog);
    stop.removeEventListener("abort", hangUp);
  }
  return wasOpen ? "was-open" : "failed";
}

/** Waits, but not past the moment when the browser is online again. */
function pause(duration_ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, duration_ms);
    addEventListener("online", done);
    stop.addEventListener("abort", done);
  });
}

function parsed(data: string) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
