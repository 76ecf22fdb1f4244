// Keeps of each subject the highest version that came by any way: event, list or answer.
import { renamed } from "./names.ts";

export type Versioned = { id: string; version: number };

/** The map may be a reactive one; this class only decides what enters it. */
export class Records<Item extends Versioned> {
  readonly map: Map<string, Item>;
  /** Versions at which a subject went away, so that a late answer does not raise it again. */
  readonly #gone = new Map<string, number>();

  constructor(map: Map<string, Item>) {
    this.map = map;
  }

  get(id: string): Item | undefined {
    return this.map.get(id);
  }

  /** True when the item was news. */
  put(item: Item): boolean {
    const known = this.map.get(item.id);
    if (known && known.version >= item.version) return false;
    if ((this.#gone.get(item.id) ?? -1) >= item.version) return false;
    this.#gone.delete(item.id);
    this.map.set(item.id, item);
    return true;
  }

  putAll(items: Item[]): void {
    for (const item of items) this.put(item);
  }

  /** A subject that these mention has a new name; their versions stay. */
  rename(id: string, name: string | null): void {
    for (const item of [...this.map.values()]) {
      const next = renamed(item, id, name);
      if (next !== item) this.map.set(item.id, next);
    }
  }

  drop(id: string, version: number): boolean {
    const known = this.map.get(id);
    if (known && known.version > version) return false;
    this.#gone.set(id, Math.max(version, this.#gone.get(id) ?? 0));
    return this.map.delete(id);
  }

  /** Forgets what is not asked for any more; a subject that matters is fetched again. */
  keepOnly(isNeeded: (item: Item) => boolean): void {
    for (const item of [...this.map.values()]) if (!isNeeded(item)) this.map.delete(item.id);
    this.#gone.clear();
  }

  clear(): void {
    this.map.clear();
    this.#gone.clear();
  }
}
