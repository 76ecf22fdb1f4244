// The widget's use cases: what happens when the customer acts, the desk speaks or the line breaks.
import { createApi, Problem, type Api } from "./api";
import type { Clock } from "./clock";
import * as limits from "./limits";
import type { Key } from "./locale";
import { createOutbox, type Outbox, type Outgoing } from "./outbox";
import { createSession, StartedAfresh, type Session } from "./session";
import { initialState, positionsOf, reduce, type Action, type State } from "./state";
import { readJson, type Storage } from "./storage";
import { createStream, type Stream, type StreamEvent } from "./stream";
import { SEEN_KEY, type Seen } from "./unread";
import type {
  Change,
  FileRef,
  Identity,
  List,
  Place,
  Typing,
  WidgetConfig,
  WidgetConversation,
  WidgetMessage,
  WidgetThread,
} from "./types";

export interface Surroundings {
  base: string;
  inbox: string;
  locale: string;
  fetch: typeof fetch;
  clock: Clock;
  storage: Storage;
  is_online: boolean;
  /** The words for a person, sent as the first message when the customer asked with no words. */
  say(key: Key): string;
  warn(what: string): void;
  uuid(): string;
}

const CURRENT_KEY = "current";

export interface Widget {
  state(): State;
  subscribe(listener: (state: State) => void): void;
  start(config: WidgetConfig | null, identity: Identity | null): void;
  open(): void;
  close(): void;
  online(is_online: boolean): void;
  visible(is_visible: boolean): void;
  identify(identity: Identity): void;
  reset(): void;
  /** False when too much is waiting already. */
  send(text: string, files: FileRef[]): boolean;
  askForPerson(text: string, files: FileRef[]): boolean;
  retry(client_id: string): void;
  remove(client_id: string): void;
  typed(): void;
  begin(): void;
  select(id: string): void;
  showList(isShown: boolean): void;
  solve(): Promise<void>;
  rate(score: number, comment: string): Promise<void>;
  upload(file: File): Promise<FileRef>;
  download(file: FileRef): Promise<Blob>;
}

export function createWidget(around: Surroundings): Widget {
  return new Desk(around);
}

class Desk implements Widget {
  readonly #around: Surroundings;
  #now: State;
  readonly #listeners: ((state: State) => void)[] = [];
  readonly #api: Api;
  readonly #session: Session;
  readonly #outbox: Outbox;
  readonly #stream: Stream;
  #isOpen = false;
  #isVisible = true;
  #needsSnapshot = true;
  #typedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  #cancelHidden: (() => void) | null = null;
  #cancelPlace: (() => void) | null = null;
  #cancelLost: (() => void) | null = null;
  #cancelConfig: (() => void) | null = null;
  #configAttempts = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    const { base, clock, storage, inbox, locale, warn } = around;
    this.#now = initialState(around.uuid(), around.is_online);
    this.#api = createApi(base, around.fetch, clock);
    this.#session = createSession({
      api: this.#api,
      storage,
      inbox,
      locale,
      warn,
      onAfresh: () => this.#startAfresh("afresh"),
    });
    this.#outbox = createOutbox({
      storage,
      clock,
      owner: () => this.#session.owner(),
      deliver: (entry) => this.#deliver(entry),
      onChange: (entries) => this.#dispatch({ type: "outbox", entries }),
    });
    this.#stream = createStream({
      url: `${base}/api/v1/widget/events`,
      token: () => this.#session.current(),
      fetch: around.fetch,
      clock,
      onEvent: (event) => this.#onEvent(event),
      onState: (state, status) => this.#onLine(state, status),
    });
  }

  state(): State {
    return this.#now;
  }

  subscribe(listener: (state: State) => void): void {
    this.#listeners.push(listener);
  }

  start(config: WidgetConfig | null, identity: Identity | null): void {
    if (config) this.#dispatch({ type: "config", config });
    else void this.#loadConfig();
    if (identity) this.#session.identify(identity);
    this.#restore();
  }

  open(): void {
    this.#isOpen = true;
    this.#follow();
    this.#pollPlace();
    this.#markSeen();
  }

  close(): void {
    this.#markSeen();
    this.#isOpen = false;
    this.#stream.close();
    this.#clearLost();
    this.#cancelPlace?.();
    this.#cancelPlace = null;
  }

  online(is_online: boolean): void {
    this.#dispatch({ type: "online", is_online });
    if (!is_online) return;
    this.#outbox.hurry();
    this.#stream.hurry();
    if (!this.#now.config) void this.#loadConfig();
  }

  visible(is_visible: boolean): void {
    this.#isVisible = is_visible;
    this.#cancelHidden?.();
    this.#cancelHidden = null;
    if (is_visible) {
      this.#follow();
      this.#stream.hurry();
      this.#pollPlace();
      return;
    }
    const { clock } = this.#around;
    this.#cancelHidden = clock.after(limits.HIDDEN_STREAM_MS_MAX, () => this.#stream.close());
  }

  identify(identity: Identity): void {
    const before = this.#session.owner();
    if (before === identity.external_id) return;
    this.#session.identify(identity);
    // Unsent words of a nameless customer become theirs; those of somebody else never do.
    if (before === null) this.#outbox.rehome(null);
    this.#changeCustomer();
  }

  reset(): void {
    this.#session.forget();
    this.#session.identify(null);
    this.#outbox.clear();
    this.#around.storage.remove(SEEN_KEY);
    this.#around.storage.remove(CURRENT_KEY);
    this.#changeCustomer();
  }

  send(text: string, files: FileRef[]): boolean {
    return this.#put(text, files, false);
  }

  askForPerson(text: string, files: FileRef[]): boolean {
    const isNew = this.#now.current === null;
    const isEmpty = !text && !files.length;
    return this.#put(isNew && isEmpty ? this.#around.say("person_request") : text, files, true);
  }

  retry(client_id: string): void {
    this.#outbox.retry(client_id);
  }

  remove(client_id: string): void {
    this.#outbox.remove(client_id);
  }

  typed(): void {
    const { clock } = this.#around;
    const { current, is_online } = this.#now;
    if (!current || !is_online || clock.now() - this.#typedAt < limits.TYPING_SENT_MS_MIN) return;
    this.#typedAt = clock.now();
    this.#session
      .call({ method: "POST", path: `/widget/conversations/${current}/typing` })
      .catch(() => undefined);
  }

  begin(): void {
    this.#around.storage.remove(CURRENT_KEY);
    this.#dispatch({ type: "begin", thread: this.#around.uuid() });
  }

  select(id: string): void {
    this.#around.storage.set(CURRENT_KEY, id);
    this.#dispatch({ type: "select", id });
    void this.#readThread(id).catch(() => this.#tell("trouble"));
    this.#pollPlace();
  }

  showList(isShown: boolean): void {
    this.#dispatch({ type: "screen", screen: isShown ? "list" : "conversation" });
    if (isShown && this.#session.current()) {
      void this.#readConversations().catch(() => this.#tell("trouble"));
    }
  }

  async solve(): Promise<void> {
    await this.#change("close", undefined);
  }

  async rate(score: number, comment: string): Promise<void> {
    await this.#change("survey", { score, ...(comment.trim() && { comment: comment.trim() }) });
  }

  upload(file: File): Promise<FileRef> {
    return this.#session.call<FileRef>({
      method: "POST",
      path: `/files?name=${encodeURIComponent(file.name)}`,
      body: file,
      wait_ms_max: limits.UPLOAD_MS_MAX,
    });
  }

  download(file: FileRef): Promise<Blob> {
    return this.#session.blob({
      path: `/files/${encodeURIComponent(file.id)}`,
      wait_ms_max: limits.UPLOAD_MS_MAX,
    });
  }

  #dispatch(action: Action): void {
    const before = this.#now;
    this.#now = reduce(before, action);
    if (this.#now === before) return;
    const isNews =
      before.messages !== this.#now.messages || before.conversations !== this.#now.conversations;
    if (isNews && this.#isVisible) this.#markSeen();
    if (before.conversations !== this.#now.conversations || before.current !== this.#now.current) {
      this.#pollPlace();
    }
    for (const listener of this.#listeners) listener(this.#now);
  }

  #tell(told: Key): void {
    this.#dispatch({ type: "told", told });
  }

  async #loadConfig(): Promise<void> {
    this.#cancelConfig?.();
    const { inbox, locale, clock } = this.#around;
    const query = new URLSearchParams({ inbox, locale });
    try {
      const config = await this.#api.json<WidgetConfig>({ path: `/widget/config?${query}` });
      this.#dispatch({ type: "config", config });
      if (this.#now.phase === "failed") this.#refresh();
    } catch {
      this.#dispatch({ type: "phase", phase: "failed" });
      const wait_ms = clock.random() * 1_000 + 2_000 * 2 ** Math.min(4, this.#configAttempts);
      this.#configAttempts += 1;
      this.#cancelConfig = clock.after(wait_ms, () => void this.#loadConfig());
    }
  }

  /** Shows what was there before: unsent messages at once, the rest when the desk has told it. */
  #restore(): void {
    this.#outbox.restore();
    const first = this.#now.outbox.find((entry) => entry.conversation_id === null);
    if (first) this.#dispatch({ type: "begin", thread: first.thread });
    if (!this.#session.current() && !this.#session.owner()) {
      this.#dispatch({ type: "phase", phase: "ready" });
      return;
    }
    this.#needsSnapshot = true;
    this.#refresh();
  }

  #follow(): void {
    if (this.#isOpen && this.#isVisible) this.#stream.open();
  }

  #changeCustomer(): void {
    this.#stream.close();
    this.#stream.seek(null);
    this.#needsSnapshot = true;
    const thread = this.#now.outbox[0]?.thread ?? this.#around.uuid();
    this.#dispatch({ type: "afresh", thread, told: null });
    this.#restore();
    this.#follow();
  }

  #startAfresh(told: Key): void {
    this.#around.storage.remove(CURRENT_KEY);
    this.#stream.close();
    this.#stream.seek(null);
    this.#needsSnapshot = true;
    this.#outbox.rehome(null);
    const thread = this.#now.outbox[0]?.thread ?? this.#around.uuid();
    this.#dispatch({ type: "afresh", thread, told });
  }

  #put(text: string, files: FileRef[], wants_person: boolean): boolean {
    const { current, thread } = this.#now;
    return this.#outbox.add({
      client_id: this.#around.uuid(),
      conversation_id: current,
      thread: current ?? thread,
      text,
      files,
      wants_person,
      created_at: new Date(this.#around.clock.now()).toISOString(),
    });
  }

  async #deliver(entry: Outgoing): Promise<string> {
    const id = entry.conversation_id ?? (await this.#deliverFirst(entry));
    const isSpoken = entry.text !== "" || entry.files.length > 0;
    if (entry.conversation_id && isSpoken) {
      const message = await this.#session.call<WidgetMessage>({
        method: "POST",
        path: `/widget/conversations/${id}/messages`,
        json: bodyOf(entry),
      });
      this.#dispatch({ type: "message", message });
    }
    if (entry.wants_person) {
      const conversation = await this.#session.call<WidgetConversation>({
        method: "POST",
        path: `/widget/conversations/${id}/person`,
      });
      this.#dispatch({ type: "conversations", items: [conversation] });
    }
    return id;
  }

  async #deliverFirst(entry: Outgoing): Promise<string> {
    const thread = await this.#session.call<WidgetThread>({
      method: "POST",
      path: "/widget/conversations",
      json: bodyOf(entry),
      // A retry after a lost answer must not open a second conversation.
      idempotency_key: entry.client_id,
    });
    this.#dispatch({ type: "thread", thread });
    const { id } = thread.conversation;
    if (this.#now.current === null && this.#now.thread === entry.thread) {
      this.#around.storage.set(CURRENT_KEY, id);
      this.#dispatch({ type: "select", id });
    }
    // The session may have begun with this very message: only now is there anything to follow.
    this.#follow();
    return id;
  }

  async #change(verb: "close" | "survey", json: unknown): Promise<void> {
    const id = this.#now.current;
    if (!id) return;
    const conversation = await this.#session.call<WidgetConversation>({
      method: "POST",
      path: `/widget/conversations/${id}/${verb}`,
      ...(json !== undefined && { json }),
    });
    this.#dispatch({ type: "conversations", items: [conversation] });
  }

  #onEvent(event: StreamEvent): void {
    const data: unknown = parsed(event.data);
    if (typeof data !== "object" || data === null) return;
    if (event.name === "hello" || event.name === "resync") {
      this.#onPosition(event.name, (data as { seq: number }).seq);
    } else if (event.name === "change") {
      this.#onChange(data as Change);
    } else if (event.name === "typing") {
      this.#onTyping(data as Typing);
    }
  }

  /** The place in the stream is taken before the snapshot is read: nothing falls between. */
  #onPosition(name: "hello" | "resync", seq: number): void {
    if (name === "hello" && !this.#needsSnapshot) return;
    this.#needsSnapshot = false;
    this.#stream.seek(String(seq));
    this.#refresh();
  }

  #onChange(change: Change): void {
    const isNewConversation =
      change.subject === "conversation" && !this.#now.conversations[change.id];
    this.#dispatch({ type: "change", change });
    // Another tab has opened it; its earlier messages were announced before we listened.
    if (isNewConversation && change.id === this.#now.current) this.#refresh();
  }

  #onTyping(typing: Typing): void {
    if (typing.author.type === "customer") return;
    const { clock } = this.#around;
    this.#dispatch({ type: "typing", typing, now: clock.now() });
    clock.after(limits.TYPING_SHOWN_MS + 20, () =>
      this.#dispatch({ type: "tick", now: clock.now() }),
    );
  }

  #onLine(state: "live" | "lost", status: number | null): void {
    if (state === "live") {
      this.#clearLost();
      return;
    }
    const token = this.#session.current();
    if (status === 401 && token) {
      this.#stream.close();
      this.#needsSnapshot = true;
      this.#stream.seek(null);
      this.#session.renew(token).then(
        () => this.#follow(),
        () => undefined,
      );
      return;
    }
    const { clock } = this.#around;
    this.#cancelLost ??= clock.after(limits.LOST_SHOWN_MS, () =>
      this.#dispatch({ type: "line", is_lost: true }),
    );
    // Where streams are blocked on the way, asking still works.
    this.#refresh();
  }

  #clearLost(): void {
    this.#cancelLost?.();
    this.#cancelLost = null;
    this.#dispatch({ type: "line", is_lost: false });
  }

  /** Reads the list and the shown conversation; calls during a reading lead to one more. */
  #refresh(): void {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = this.#readAll()
      .catch((error: unknown) => this.#onReadTrouble(error))
      .finally(() => {
        this.#refreshing = null;
        if (!this.#refreshAgain) return;
        this.#refreshAgain = false;
        this.#refresh();
      });
  }

  async #readAll(): Promise<void> {
    await this.#readConversations();
    if (this.#needsSelection()) {
      const id = this.#conversationToShow();
      if (id) this.#dispatch({ type: "select", id });
    }
    if (this.#now.current) await this.#readThread(this.#now.current);
    this.#dispatch({ type: "phase", phase: "ready" });
    this.#follow();
  }

  #onReadTrouble(error: unknown): void {
    if (error instanceof StartedAfresh) return;
    // Without a line the banner tells; it needs no second one.
    if (this.#now.phase === "loading") this.#dispatch({ type: "phase", phase: "failed" });
    if (this.#now.phase !== "failed") return;
    const { clock } = this.#around;
    clock.after(limits.RETRY_MS_MAX / 6, () => this.#now.phase === "failed" && this.#refresh());
  }

  /** Only while loading: later, an empty screen is what the customer chose. */
  #needsSelection(): boolean {
    const { phase, current, outbox } = this.#now;
    const isBeginning = outbox.some((entry) => entry.conversation_id === null);
    return phase !== "ready" && current === null && !isBeginning;
  }

  #conversationToShow(): string | null {
    const known = this.#now.conversations;
    const kept = this.#around.storage.get(CURRENT_KEY);
    if (kept && known[kept]) return kept;
    const open = Object.values(known).filter((conversation) => conversation.state === "open");
    open.sort((one, other) => (one.updated_at < other.updated_at ? 1 : -1));
    return open[0]?.id ?? null;
  }

  async #readConversations(): Promise<void> {
    const list = await this.#session.call<List<WidgetConversation>>({
      path: "/widget/conversations",
    });
    this.#dispatch({ type: "conversations", items: list.items });
  }

  async #readThread(id: string): Promise<void> {
    try {
      const thread = await this.#session.call<WidgetThread>({
        path: `/widget/conversations/${id}`,
      });
      this.#dispatch({ type: "thread", thread });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      this.#dispatch({ type: "gone", id });
    }
  }

  #pollPlace(): void {
    const { current, conversations } = this.#now;
    const conversation = current ? conversations[current] : undefined;
    const isWaiting = conversation?.state === "open" && conversation.handler === "queue";
    if (!isWaiting || !this.#isOpen || !this.#isVisible) {
      this.#cancelPlace?.();
      this.#cancelPlace = null;
      return;
    }
    if (this.#cancelPlace) return;
    this.#cancelPlace = this.#around.clock.after(limits.PLACE_POLL_MS, () => {
      this.#cancelPlace = null;
      this.#pollPlace();
    });
    void this.#readPlace(conversation.id);
  }

  async #readPlace(id: string): Promise<void> {
    try {
      const place = await this.#session.call<Place>({ path: `/widget/conversations/${id}/place` });
      this.#dispatch({ type: "place", conversation_id: id, place });
    } catch {
      // The last known place stays; the next poll is near.
    }
  }

  #markSeen(): void {
    if (!this.#isOpen) return;
    const seen: Seen = { ...readJson<Seen>(this.#around.storage, SEEN_KEY) };
    for (const [id, position] of Object.entries(positionsOf(this.#now))) {
      seen[id] = [this.#now.conversations[id]?.version ?? 0, position];
    }
    for (const id of Object.keys(seen)) {
      if (this.#now.phase === "ready" && !this.#now.conversations[id]) delete seen[id];
    }
    this.#around.storage.set(SEEN_KEY, JSON.stringify(seen));
  }
}

function bodyOf(entry: Outgoing) {
  return {
    text: entry.text,
    client_id: entry.client_id,
    ...(entry.files.length && { file_ids: entry.files.map((file) => file.id) }),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
