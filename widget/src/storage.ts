// A small store for one inbox that never throws: blocked or full storage becomes memory.

export interface Storage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** All keys below `start`, without the inbox's own prefix. */
  keys(start: string): string[];
}

export type Backing = Pick<
  globalThis.Storage,
  "getItem" | "setItem" | "removeItem" | "key" | "length"
>;

/** `backing` is a function: even to read `window.localStorage` throws where it is blocked. */
export function openStorage(inbox: string, backing: () => Backing): Storage {
  const prefix = prefixOf(inbox);
  const memory = new Map<string, string | null>();
  const attempt = <T>(act: (store: Backing) => T, otherwise: T): T => {
    try {
      return act(backing());
    } catch {
      return otherwise;
    }
  };
  return {
    get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) return kept;
      return attempt((store) => store.getItem(prefix + key), null);
    },
    set(key, value) {
      const stored = attempt((store) => (store.setItem(prefix + key, value), true), false);
      if (stored) memory.delete(key);
      else memory.set(key, value);
    },
    remove(key) {
      const removed = attempt((store) => (store.removeItem(prefix + key), true), false);
      // A null in memory hides what could not be removed.
      if (removed) memory.delete(key);
      else memory.set(key, null);
    },
    keys(start) {
      const found = new Set(attempt((store) => storedKeys(store, prefix), []));
      for (const [key, value] of memory) value === null ? found.delete(key) : found.add(key);
      return [...found].filter((key) => key.startsWith(start)).sort();
    },
  };
}

export function prefixOf(inbox: string): string {
  return `evenkeel:${inbox}:`;
}

/** Reads JSON that this widget wrote itself; anything else counts as absent. */
export function readJson<T>(storage: Pick<Storage, "get">, key: string): T | null {
  try {
    return JSON.parse(storage.get(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function storedKeys(store: Backing, prefix: string): string[] {
  const keys: string[] = [];
  for (let index = 0; index < store.length; index += 1) {
    const key = store.key(index);
    if (key?.startsWith(prefix)) keys.push(key.slice(prefix.length));
  }
  return keys;
}
