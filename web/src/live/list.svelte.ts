// The inbox's list: what a view or a search shows, held still while somebody reads it.
import * as calls from "../api/calls.ts";
import { asProblem, type Problem } from "../api/problem.ts";
import type { Conversation, View } from "../api/types.ts";
import { live } from "./desk.svelte.ts";
import { hold, keepRow, settle } from "./views.ts";

/** Events come in bursts; the list is put in order at most this often. */
const ARRANGE_MS = 250;

export class ConversationList {
  view = $state<View>("waiting");
  q = $state("");
  order = $state.raw<string[]>([]);
  n_arrivals = $state(0);
  state = $state<"loading" | "failed" | "ready">("loading");
  problem = $state.raw<Problem | null>(null);
  hasMore = $state(false);
  isLoadingMore = $state(false);
  /** Set by the pointer or the focus being in the list. */
  isHeld = false;

  #openId: string | null = null;
  #cursor: string | null = null;
  #horizon: Conversation | null = null;
  #load: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #unlisten: () => void;

  constructor() {
    this.#unlisten = live.listen((change) => {
      if (change === null) void this.open(this.view, this.q);
      else if (change.subject === "conversation") this.#arrangeSoon();
    });
  }

  end(): void {
    this.#unlisten();
    this.#load?.abort();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Shows a view at once from what is known, then fetches it. */
  async open(view: View, q: string): Promise<void> {
    const isOther = view !== this.view || q !== this.q;
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    this.view = view;
    this.q = q;
    if (isOther) this.order = [];
    this.n_arrivals = 0;
    this.problem = null;
    this.state = this.order.length > 0 ? "ready" : "loading";
    await live.ready();
    await this.#fetch(load, null);
  }

  async loadMore(): Promise<void> {
    if (!this.hasMore || this.isLoadingMore || !this.#load) return;
    this.isLoadingMore = true;
    await this.#fetch(this.#load, this.#cursor);
    this.isLoadingMore = false;
  }

  /** The open conversation's row stays; the one before it may go now. */
  keep(openId: string | null): void {
    if (openId === this.#openId) return;
    this.#openId = openId;
    this.#arrangeSoon();
  }

  /** Puts everything in its place: asked for by the reader, or by their own action. */
  arrange(): void {
    if (this.q) return;
    this.order = this.#settled();
    this.n_arrivals = 0;
    live.trim((id) => this.order.includes(id));
  }

  async #fetch(load: AbortController, cursor: string | null): Promise<void> {
    try {
      const page = await calls.conversations(this.view, this.q, cursor, load.signal);
      if (load.signal.aborted) return;
      for (const conversation of page.items) live.takeConversation(conversation);
      this.#cursor = page.next_cursor;
      this.hasMore = page.next_cursor !== null;
      this.#horizon = this.hasMore ? (page.items.at(-1) ?? null) : null;
      const ids = page.items.map((item) => item.id);
      if (this.q) this.order = [...new Set(cursor ? [...this.order, ...ids] : ids)];
      else if (cursor) this.#arrangeHeld();
      else this.arrange();
      this.state = "ready";
      this.problem = null;
    } catch (thrown) {
      if (load.signal.aborted) return;
      this.problem = asProblem(thrown);
      this.state = this.order.length > 0 ? "ready" : "failed";
    }
  }

  #settled(): string[] {
    const known = live.conversations.map.values();
    const settled = settle(known, this.view, live.agentId, this.#horizon);
    return keepRow(settled, this.order, this.#openId);
  }

  #arrangeSoon(): void {
    if (this.q || this.state !== "ready") return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.isHeld) this.#arrangeHeld();
      else this.arrange();
    }, ARRANGE_MS);
  }

  #arrangeHeld(): void {
    const held = hold(this.order, this.#settled());
    this.order = held.order;
    this.n_arrivals = held.n_arrivals;
  }
}
