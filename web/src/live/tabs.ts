// One stream per browser: the tab that holds the lock reads, the others listen to it.
// A browser opens six connections a host; a stream in each tab would soon use them up.
import { followStream, type Signal } from "./stream.ts";

const NAME = "evenkeel-stream";
type Word = Signal | { type: "who-reads" } | { type: "session-changed" };

export type Tabs = { stop: () => void; tellSessionChanged: () => void };

export function joinTabs(onSignal: (signal: Signal) => void, onSessionChanged: () => void): Tabs {
  const stop = new AbortController();
  const hasTabs = "locks" in navigator && "BroadcastChannel" in globalThis;
  if (!hasTabs) {
    void followStream(null, onSignal, stop.signal);
    return { stop: () => stop.abort(), tellSessionChanged: () => {} };
  }

  const channel = new BroadcastChannel(NAME);
  let seq: number | null = null;
  let isReader = false;
  let isConnected = false;

  const hear = (signal: Signal) => {
    if (signal.type === "hello" || signal.type === "resync") seq = signal.seq;
    else if (signal.type === "change") seq = Math.max(seq ?? 0, signal.change.seq);
    else if (signal.type === "state") isConnected = signal.isConnected;
    onSignal(signal);
  };
  const read = (signal: Signal) => {
    hear(signal);
    channel.postMessage(signal);
  };

  channel.onmessage = ({ data: word }: MessageEvent<Word>) => {
    if (word.type === "session-changed") return onSessionChanged();
    if (word.type === "who-reads") {
      if (isReader && isConnected && seq !== null) channel.postMessage({ type: "hello", seq });
      if (isReader) channel.postMessage({ type: "state", isConnected, seq });
      return;
    }
    // A second hello is the answer to some other tab's question.
    if (word.type === "hello" && seq !== null) return;
    hear(word);
  };

  void navigator.locks
    .request(NAME, { signal: stop.signal }, () => {
      isReader = true;
      return followStream(seq, read, stop.signal);
    })
    .catch(() => {});
  channel.postMessage({ type: "who-reads" });

  return {
    stop: () => {
      stop.abort();
      channel.close();
    },
    tellSessionChanged: () => channel.postMessage({ type: "session-changed" }),
  };
}
