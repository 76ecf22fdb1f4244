// All that this browser knows of the desk, kept true by the event stream.
import { SvelteMap } from "svelte/reactivity";
import * as calls from "../api/calls.ts";
import type { Answered } from "../api/client.ts";
import type {
  Agent,
  ArticleSummary,
  Author,
  Call,
  Case,
  Conversation,
  ConversationDetail,
  Counts,
  Customer,
  Desk,
  Handoff,
  Inbox,
  Me,
  Message,
  Survey,
  Topic,
  Worker,
} from "../api/types.ts";
import { clock } from "./clock.svelte.ts";
import { conditionAfter, WELL, type Condition } from "./condition.ts";
import { Records, type Versioned } from "./records.ts";
import type { Change, Signal, Subject } from "./stream.ts";
import { joinTabs, type Tabs } from "./tabs.ts";
import { stillOutgoing, type Outgoing } from "./thread.ts";

const TYPING_MS = 5_000;
const HELLO_WAIT_MS = 1_500;
const COUNTS_MS = 1_000;
/** While the database is lost, the desk is asked again this often. */
const LOST_MS = 5_000;
/** Conversations whose messages are kept, so that going back and forth needs no waiting. */
const N_OPENED_MAX = 40;
/** Above this, list rows that no open screen needs are forgotten at the next quiet moment. */
const N_CONVERSATIONS_MAX = 3_000;

type Opened = { customer_id: string; survey: Survey | null };

class LiveDesk {
  readonly conversations = new Records<Conversation>(new SvelteMap());
  readonly messages = new Records<Message>(new SvelteMap());
  readonly cases = new Records<Case>(new SvelteMap());
  readonly handoffs = new Records<Handoff>(new SvelteMap());
  readonly calls = new Records<Call>(new SvelteMap());
  readonly customers = new Records<Customer>(new SvelteMap());
  readonly topics = new Records<Topic>(new SvelteMap());
  readonly articles = new Records<ArticleSummary>(new SvelteMap());
  readonly agents = new Records<Agent>(new SvelteMap());
  readonly inboxes = new Records<Inbox>(new SvelteMap());

  readonly opened = new SvelteMap<string, Opened>();
  readonly typing = new SvelteMap<string, Author>();
  outgoing = $state.raw<Outgoing[]>([]);
  counts = $state.raw<Counts | null>(null);
  agentId = $state("");
  /** Whether one has terms on which one takes shifts. */
  takesShifts = $state(false);
  desk = $state.raw<Desk | null>(null);
  /** Null until the first word; then whether events arrive. */
  isConnected = $state<boolean | null>(null);
  /** What every screen must know: nothing can be kept, or nothing can be read. */
  condition = $state.raw<Condition>(WELL);
  /** Grows when all that was fetched must be fetched again. */
  epoch = $state(0);

  #tabs: Tabs | null = null;
  #ready: Promise<void> = Promise.resolve();
  #whenReady: () => void = () => {};
  #typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  #countsTimer: ReturnType<typeof setTimeout> | null = null;
  #lostTimer: ReturnType<typeof setInterval> | undefined;
  #listeners = new Set<(change: Change | null) => void>();
  #whenSignedOut: () => void = () => {};

  /** Calls that wait for a person's yes, the oldest first. */
  get callsToApprove(): Call[] {
    const waiting = [...this.calls.map.values()].filter(isToApprove);
    return waiting.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  }

  get me(): Agent | undefined {
    return this.agents.map.get(this.agentId);
  }

  /** Opens the stream; lists wait for its first word, so that nothing falls between the two. */
  start(me: Me, whenSignedOut: () => void): void {
    this.stop();
    this.agentId = me.agent.id;
    this.agents.put(me.agent);
    this.desk = me.desk;
    this.takesShifts = me.takes_shifts;
    this.#whenSignedOut = whenSignedOut;
    this.#ready = new Promise((resolve) => {
      this.#whenReady = resolve;
      setTimeout(resolve, HELLO_WAIT_MS);
    });
    this.#tabs = joinTabs(
      (signal) => this.#take(signal),
      () => location.reload(),
    );
    void this.refreshCounts();
    if (me.agent.role !== "agent") void this.#readApprovals();
  }

  stop(): void {
    this.#tabs?.stop();
    this.#tabs = null;
    for (const records of this.#everyRecords()) records.clear();
    this.opened.clear();
    this.typing.clear();
    this.outgoing = [];
    this.counts = null;
    this.isConnected = null;
    this.agentId = "";
    this.tell(WELL);
  }

  heard(answered: Answered): void {
    if (this.#tabs) this.tell(conditionAfter(this.condition, answered));
  }

  /** When the database is back, all that failed meanwhile is fetched without anybody's asking. */
  tell(condition: Condition): void {
    const wasLost = this.condition.isDatabaseLost;
    this.condition = condition;
    if (wasLost === condition.isDatabaseLost) return;
    clearInterval(this.#lostTimer);
    if (condition.isDatabaseLost) {
      this.#lostTimer = setInterval(() => void this.refreshCounts(), LOST_MS);
    } else if (this.#tabs) this.#fetchAgain();
  }

  tellSessionChanged(): void {
    this.#tabs?.tellSessionChanged();
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  /** Told of each change, and of `null` when everything may have changed. */
  listen(listener: (change: Change | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  takeConversation(conversation: Conversation): void {
    clock.observe(conversation.updated_at);
    this.conversations.put(conversation);
  }

  takeMessage(message: Message): void {
    this.messages.put(message);
    this.outgoing = stillOutgoing(this.outgoing, message);
  }

  takeDetail(detail: ConversationDetail): void {
    const { id } = detail.conversation;
    this.takeConversation(detail.conversation);
    this.customers.put(detail.customer);
    for (const message of detail.messages) this.takeMessage(message);
    this.cases.putAll(detail.cases);
    this.handoffs.putAll(detail.handoffs);
    this.calls.putAll(detail.calls);
    this.opened.delete(id);
    this.opened.set(id, { customer_id: detail.customer.id, survey: detail.survey });
    this.#forgetOldest();
  }

  /** Forgets rows that neither a list nor an opened conversation needs. */
  trim(isShown: (id: string) => boolean): void {
    if (this.conversations.map.size <= N_CONVERSATIONS_MAX) return;
    this.conversations.keepOnly((one) => isShown(one.id) || this.opened.has(one.id));
  }

  async refreshCounts(): Promise<void> {
    try {
      this.counts = await calls.counts();
    } catch {
      // Numbers beside the views are not worth a message; the next event asks again.
    }
  }

  #take(signal: Signal): void {
    switch (signal.type) {
      case "hello":
        this.#whenReady();
        break;
      case "change":
        this.#change(signal.change);
        break;
      case "typing":
        this.#typed(signal.conversation_id, signal.author as Author);
        break;
      case "state":
        this.isConnected = signal.isConnected;
        break;
      case "resync":
        this.#resync();
        break;
      case "signed-out":
        this.#whenSignedOut();
    }
  }

  #change(change: Change): void {
    if (change.data === null) this.#recordsOf(change.subject)?.drop(change.id, change.version);
    else this.#changed(change);
    if (change.subject === "conversation") this.#refreshCountsSoon();
    for (const listener of this.#listeners) listener(change);
  }

  #changed({ subject, data }: Change): void {
    if (subject === "conversation") this.takeConversation(data as Conversation);
    else if (subject === "desk") this.#deskChanged(data as Desk);
    else if (subject === "message") this.#messageChanged(data as Message);
    // Only opened conversations show these; the others bring them when they are opened.
    else if (subject === "case") {
      const one = data as Case;
      if (one.conversation_ids.some((id) => this.opened.has(id))) this.cases.put(one);
    } else if (subject === "handoff") {
      const one = data as Handoff;
      if (this.opened.has(one.conversation_id)) this.handoffs.put(one);
    } else if (subject === "call") {
      const one = data as Call;
      const isKnown = this.calls.map.has(one.id);
      if (isKnown || isToApprove(one) || this.opened.has(one.conversation_id)) this.calls.put(one);
    } else if (subject === "worker") {
      if ((data as Worker).agent.id === this.agentId) this.takesShifts = true;
    } else if (subject === "topic" || subject === "agent" || subject === "customer") {
      this.#namedChanged(subject, data as Topic | Agent | Customer);
    } else this.#recordsOf(subject)?.put(data as Versioned);
  }

  #namedChanged(subject: Subject, form: Topic | Agent | Customer): void {
    const records = this.#recordsOf(subject);
    const known = records?.get(form.id) as Topic | Agent | Customer | undefined;
    records?.put(form);
    if (known?.name === form.name || (known && known.version > form.version)) return;
    for (const mentioning of this.#everyRecords()) mentioning.rename(form.id, form.name);
  }

  #messageChanged(message: Message): void {
    clock.observe(message.created_at);
    if (!this.opened.has(message.conversation_id)) return;
    this.takeMessage(message);
    this.typing.delete(message.conversation_id);
  }

  #deskChanged(desk: Desk): void {
    if (!this.desk || desk.version > this.desk.version) this.desk = desk;
  }

  #typed(conversationId: string, author: Author): void {
    this.typing.set(conversationId, author);
    clearTimeout(this.#typingTimers.get(conversationId));
    const timer = setTimeout(() => {
      this.typing.delete(conversationId);
      this.#typingTimers.delete(conversationId);
    }, TYPING_MS);
    this.#typingTimers.set(conversationId, timer);
  }

  /** Too much was missed: what is shown stays on the screen while it is fetched again. */
  #resync(): void {
    const me = this.me;
    for (const records of this.#everyRecords()) records.clear();
    if (me) this.agents.put(me);
    this.opened.clear();
    this.#fetchAgain();
  }

  #fetchAgain(): void {
    this.epoch += 1;
    void this.refreshCounts();
    for (const listener of this.#listeners) listener(null);
  }

  /** So that the rail tells how many wait before anybody opens the list. */
  async #readApprovals(): Promise<void> {
    try {
      this.calls.putAll(await calls.callsToApprove());
    } catch {
      // The page itself says what is wrong; a missing number is not worth a message.
    }
  }

  #refreshCountsSoon(): void {
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = null;
      if (this.#tabs) void this.refreshCounts();
    }, COUNTS_MS);
  }

  #forgetOldest(): void {
    const oldest = [...this.opened.keys()].slice(0, Math.max(0, this.opened.size - N_OPENED_MAX));
    if (oldest.length === 0) return;
    for (const id of oldest) this.opened.delete(id);
    this.messages.keepOnly((one) => this.opened.has(one.conversation_id));
    this.cases.keepOnly((one) => one.conversation_ids.some((id) => this.opened.has(id)));
    this.handoffs.keepOnly((one) => this.opened.has(one.conversation_id));
    this.calls.keepOnly((one) => this.opened.has(one.conversation_id) || isToApprove(one));
  }

  #recordsOf(subject: Subject): Records<Versioned> | undefined {
    const all: Partial<Record<Subject, unknown>> = {
      conversation: this.conversations,
      message: this.messages,
      case: this.cases,
      handoff: this.handoffs,
      call: this.calls,
      customer: this.customers,
      topic: this.topics,
      article: this.articles,
      agent: this.agents,
      inbox: this.inboxes,
    };
    return all[subject] as Records<Versioned> | undefined;
  }

  #everyRecords() {
    return [
      this.conversations,
      this.messages,
      this.cases,
      this.handoffs,
      this.calls,
      this.customers,
      this.topics,
      this.articles,
      this.agents,
      this.inboxes,
    ];
  }
}

function isToApprove(call: Call): boolean {
  return call.state === "proposed" && call.missing_approvals > 0;
}

export const live = new LiveDesk();
