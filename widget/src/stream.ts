// Reads the desk's event stream over fetch: a parser, and a line that mends itself.
import { STREAM_LINE_CHARACTERS_MAX, STREAM_SILENCE_MS_MAX } from "./limits";
import { backOff, type Clock } from "./clock";

export interface StreamEvent {
  name: string;
  data: string;
  id: string | null;
}

export interface StreamOptions {
  url: string;
  /** Null when there is no session: the line then stays closed. */
  token(): string | null;
  fetch: typeof fetch;
  clock: Clock;
  onEvent(event: StreamEvent): void;
  /** `lost` is called once per broken attempt, so that the owner may catch up by other means. */
  onState(state: "live" | "lost", status: number | null): void;
}

export interface Stream {
  /** Starts, or goes on after the last event that was seen. */
  open(): void;
  close(): void;
  /** Tries at once instead of waiting for the back-off, if the line is broken. */
  hurry(): void;
  /** After `resync` or a new session: where to go on from; null means from now. */
  seek(id: string | null): void;
}

/** Feeds text in pieces of any size and calls back for every whole event. */
export function createParser(onEvent: (event: StreamEvent) => void): (piece: string) => void {
  let rest = "";
  let isFirst = true;
  let name = "";
  let data: string[] = [];
  let id: string | null = null;
  const take = (line: string) => {
    if (line === "") {
      if (data.length) onEvent({ name: name || "message", data: data.join("\n"), id });
      name = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
  };
  return (piece) => {
    rest += isFirst ? piece.replace(/^\ufeff/, "") : piece;
    if (piece) isFirst = false;
    for (;;) {
      const end = rest.search(/[\r\n]/);
      // A carriage return at the very end may be half of a pair; it waits for the next piece.
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) break;
      const width = rest.startsWith("\r\n", end) ? 2 : 1;
      take(rest.slice(0, end));
      rest = rest.slice(end + width);
    }
    if (rest.length > STREAM_LINE_CHARACTERS_MAX) throw new Error("an endless line in the stream");
  };
}

export function createStream(options: StreamOptions): Stream {
  const { clock } = options;
  let lastId: string | null = null;
  let attempts = 0;
  let running: AbortController | null = null;
  let cancelRetry: (() => void) | null = null;

  const connect = async () => {
    cancelRetry = null;
    const token = options.token();
    if (!token) return;
    const own = (running = new AbortController());
    let status: number | null = null;
    try {
      status = await follow(own, token);
    } catch {
      // Broken lines are ordinary; what matters is what happens next.
    }
    if (running !== own) return;
    running = null;
    // The wait comes first: whoever hears of the loss may close the line, and means it.
    cancelRetry = clock.after(backOff(attempts, clock.random()), () => void connect());
    attempts += 1;
    options.onState("lost", status);
  };

  const follow = async (own: AbortController, token: string): Promise<number> => {
    const watch = watchdog(clock, () => own.abort());
    try {
      const headers: Record<string, string> = {
        accept: "text/event-stream",
        authorization: `Bearer ${token}`,
      };
      if (lastId !== null) headers["last-event-id"] = lastId;
      const answer = await options.fetch(options.url, {
        headers,
        signal: own.signal,
        cache: "no-store",
      });
      if (!answer.ok || !answer.body) return answer.status;
      const parse = createParser((event) => {
        if (running !== own) return;
        if (event.id) lastId = event.id;
        if (event.name === "hello") {
          attempts = 0;
          options.onState("live", 200);
        }
        options.onEvent(event);
      });
      await pump(answer.body, parse, watch.feed, own.signal);
      return answer.status;
    } finally {
      watch.stop();
    }
  };

  return {
    open() {
      if (!running && !cancelRetry) void connect();
    },
    close() {
      cancelRetry?.();
      cancelRetry = null;
      const own = running;
      running = null;
      attempts = 0;
      own?.abort();
    },
    hurry() {
      if (!cancelRetry) return;
      cancelRetry();
      attempts = 0;
      void connect();
    },
    seek(id) {
      lastId = id;
    },
  };
}

async function pump(
  body: ReadableStream<Uint8Array>,
  parse: (piece: string) => void,
  onBytes: () => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // Aborting does not end a pending read in every browser; cancelling the reader does.
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      onBytes();
      parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function watchdog(clock: Clock, bark: () => void) {
  let cancel = clock.after(STREAM_SILENCE_MS_MAX, bark);
  return {
    feed() {
      cancel();
      cancel = clock.after(STREAM_SILENCE_MS_MAX, bark);
    },
    stop: () => cancel(),
  };
}
