// What the customer has sent and the desk has not confirmed: kept, shown, retried, never doubled.
import { Problem } from "./api";
import { backOff, type Clock } from "./clock";
import { OUTBOX_ENTRIES_MAX } from "./limits";
import { StartedAfresh } from "./session";
import { readJson, type Storage } from "./storage";
import type { FileRef } from "./types";

export interface Outgoing {
  client_id: string;
  /** Null opens a conversation; entries that share a `thread` go into the same one. */
  conversation_id: string | null;
  thread: string;
  text: string;
  files: FileRef[];
  /** Ask for a person, after the text if there is any. */
  wants_person: boolean;
  owner: string | null;
  created_at: string;
  failure: Failure | null;
}

export interface Failure {
  detail: string;
  hint: string;
}

export interface OutboxOptions {
  storage: Storage;
  clock: Clock;
  owner(): string | null;
  /** Brings one entry to the desk and answers with the conversation that it went to. */
  deliver(entry: Outgoing): Promise<string>;
  onChange(entries: Outgoing[]): void;
}

export interface Outbox {
  /** False when too much is waiting already. */
  add(entry: Omit<Outgoing, "owner" | "failure">): boolean;
  retry(client_id: string): void;
  remove(client_id: string): void;
  /** Tries at once, for instance because the line is back. */
  hurry(): void;
  /** Reads what an earlier page left behind. */
  restore(): void;
  /** Everything still unsent now belongs to a new conversation of `owner`. */
  rehome(conversation_id: string | null): void;
  clear(): void;
  stop(): void;
}

const START = "outbox:";

export function createOutbox(options: OutboxOptions): Outbox {
  const { storage, clock } = options;
  let entries: Outgoing[] = [];
  let attempts = 0;
  let sending: string | null = null;
  let cancelRetry: (() => void) | null = null;
  let isStopped = false;

  const changed = () => options.onChange([...entries]);
  const find = (client_id: string) => entries.find((entry) => entry.client_id === client_id);
  const keep = (entry: Outgoing) => storage.set(START + entry.client_id, JSON.stringify(entry));
  const replace = (client_id: string, change: Partial<Outgoing>) => {
    entries = entries.map((entry) => {
      if (entry.client_id !== client_id) return entry;
      const next = { ...entry, ...change };
      keep(next);
      return next;
    });
  };
  const drop = (client_id: string) => {
    storage.remove(START + client_id);
    entries = entries.filter((entry) => entry.client_id !== client_id);
  };

  /** One at a time, so that the desk reads the messages in the order in which they were written. */
  const next = () => {
    if (sending || cancelRetry || isStopped) return;
    const entry = entries.find((candidate) => !candidate.failure);
    if (entry) void send(entry);
  };

  const send = async (entry: Outgoing) => {
    sending = entry.client_id;
    try {
      const conversation_id = await options.deliver(entry);
      attempts = 0;
      drop(entry.client_id);
      settleThread(entry.thread, conversation_id);
    } catch (error) {
      onTrouble(entry.client_id, error);
    }
    sending = null;
    changed();
    next();
  };

  /** The first message of a thread has opened its conversation: the others follow it there. */
  const settleThread = (thread: string, conversation_id: string) => {
    for (const waiting of entries) {
      if (waiting.thread === thread && waiting.conversation_id === null) {
        replace(waiting.client_id, { conversation_id });
      }
    }
  };

  const onTrouble = (client_id: string, error: unknown) => {
    // A new session deserves a try at once; a desk that refuses every session does not.
    if (error instanceof StartedAfresh && attempts === 0) {
      attempts = 1;
      return;
    }
    const isMissing = error instanceof Problem && error.status === 404;
    if (isMissing && find(client_id)?.conversation_id) {
      // The conversation is gone; the words need not go with it.
      replace(client_id, { conversation_id: null });
    } else if (error instanceof Problem && !error.isPassing) {
      replace(client_id, { failure: { detail: error.detail, hint: error.hint } });
    } else {
      wait(error);
    }
  };

  const wait = (error: unknown) => {
    const asked = error instanceof Problem ? (error.retry_after_ms ?? 0) : 0;
    const wait_ms = Math.max(asked, backOff(attempts, clock.random()));
    attempts += 1;
    cancelRetry = clock.after(wait_ms, () => {
      cancelRetry = null;
      next();
    });
  };

  return {
    add(entry) {
      if (entries.length >= OUTBOX_ENTRIES_MAX) return false;
      const whole = { ...entry, owner: options.owner(), failure: null };
      entries = [...entries, whole];
      keep(whole);
      changed();
      next();
      return true;
    },
    retry(client_id) {
      replace(client_id, { failure: null });
      changed();
      this.hurry();
    },
    remove(client_id) {
      drop(client_id);
      changed();
    },
    hurry() {
      cancelRetry?.();
      cancelRetry = null;
      attempts = 0;
      next();
    },
    restore() {
      entries = readEntries(storage).filter((entry) => entry.owner === options.owner());
      changed();
      next();
    },
    rehome(conversation_id) {
      const thread = entries[0]?.thread ?? "";
      for (const { client_id } of entries) {
        replace(client_id, { conversation_id, thread, owner: options.owner() });
      }
      changed();
    },
    clear() {
      for (const { client_id } of entries) storage.remove(START + client_id);
      entries = [];
      changed();
    },
    stop() {
      isStopped = true;
      cancelRetry?.();
    },
  };
}

function readEntries(storage: Storage): Outgoing[] {
  return storage
    .keys(START)
    .map((key) => readJson<Outgoing>(storage, key))
    .filter((entry): entry is Outgoing => isEntry(entry))
    .sort((one, other) => (one.created_at < other.created_at ? -1 : 1))
    .slice(0, OUTBOX_ENTRIES_MAX);
}

function isEntry(entry: Outgoing | null): entry is Outgoing {
  return (
    typeof entry?.client_id === "string" &&
    typeof entry.text === "string" &&
    Array.isArray(entry.files)
  );
}
