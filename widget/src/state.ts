// All that the widget knows, how each fact changes it, and what the customer therefore sees.
import { TYPING_SHOWN_MS } from "./limits";
import type { Key } from "./locale";
import type { Outgoing } from "./outbox";
import type {
  Author,
  Change,
  FileRef,
  Place,
  Receipt,
  Source,
  Typing,
  WidgetConfig,
  WidgetConversation,
  WidgetMessage,
  WidgetThread,
} from "./types";

export interface State {
  config: WidgetConfig | null;
  /** Whether what the desk already holds has been read. */
  phase: "loading" | "ready" | "failed";
  is_online: boolean;
  is_line_lost: boolean;
  screen: "conversation" | "list";
  /** Null is a conversation that has not begun. */
  current: string | null;
  /** Names the unsent first messages of the conversation that has not begun. */
  thread: string;
  conversations: Readonly<Record<string, WidgetConversation>>;
  messages: Readonly<Record<string, WidgetMessage>>;
  outbox: readonly Outgoing[];
  typing: { conversation_id: string; author: Author; until: number } | null;
  place: { conversation_id: string; place: Place } | null;
  /** Something the widget itself has to tell. */
  told: Key | null;
}

export type Action =
  | { type: "config"; config: WidgetConfig }
  | { type: "phase"; phase: State["phase"] }
  | { type: "online"; is_online: boolean }
  | { type: "line"; is_lost: boolean }
  | { type: "screen"; screen: State["screen"] }
  | { type: "select"; id: string }
  | { type: "begin"; thread: string }
  | { type: "conversations"; items: WidgetConversation[] }
  | { type: "thread"; thread: WidgetThread }
  | { type: "message"; message: WidgetMessage }
  | { type: "change"; change: Change }
  | { type: "outbox"; entries: readonly Outgoing[] }
  | { type: "typing"; typing: Typing; now: number }
  | { type: "tick"; now: number }
  | { type: "place"; conversation_id: string; place: Place }
  | { type: "gone"; id: string }
  | { type: "told"; told: Key | null }
  | { type: "afresh"; thread: string; told: Key | null };

export interface Entry {
  key: string;
  id: string | null;
  from: "you" | "ai" | "agent" | "system";
  name: string | null;
  code: string | null;
  text: string;
  is_generated: boolean;
  sources: Source[];
  choices: string[];
  files: FileRef[];
  at: string;
  delivery: "sent" | "sending" | "failed";
  failure: { detail: string; hint: string } | null;
  /** False within a run of messages by the same author. */
  is_first_of_run: boolean;
  is_first_of_day: boolean;
}

export type Answering =
  | { kind: "assistant" }
  | { kind: "agent"; name: string | null }
  | { kind: "waiting"; place: number | null };

export interface View {
  phase: State["phase"];
  screen: State["screen"];
  conversation: WidgetConversation | null;
  entries: Entry[];
  answering: Answering;
  is_asking_for_person: boolean;
  receipt:
    (Receipt & { place_now: number | null; available: boolean | null; hours: string }) | null;
  typing: Author | null;
  banner: Key | null;
  told: Key | null;
  earlier: WidgetConversation[];
  /** Answers to the last question, to be sent with one press. */
  choices: string[];
  /** The conversation can be called solved: somebody has answered last. */
  can_close: boolean;
}

/** A pause longer than this opens a new run, so that the time is shown again. */
const RUN_MS_MAX = 5 * 60_000;

export function initialState(thread: string, is_online: boolean): State {
  return {
    config: null,
    phase: "loading",
    is_online,
    is_line_lost: false,
    screen: "conversation",
    current: null,
    thread,
    conversations: {},
    messages: {},
    outbox: [],
    typing: null,
    place: null,
    told: null,
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "config":
      return { ...state, config: action.config };
    case "phase":
      return { ...state, phase: action.phase };
    case "online":
      return { ...state, is_online: action.is_online };
    case "line":
      return { ...state, is_line_lost: action.is_lost };
    case "screen":
      return { ...state, screen: action.screen };
    case "select":
      return { ...state, current: action.id, screen: "conversation", told: null };
    case "begin":
      return {
        ...state,
        current: null,
        thread: action.thread,
        screen: "conversation",
        told: null,
      };
    case "conversations":
      return action.items.reduce(withConversation, state);
    case "thread":
      return action.thread.messages.reduce(
        withMessage,
        withConversation(state, action.thread.conversation),
      );
    case "message":
      return withMessage(state, action.message);
    case "change":
      return withChange(state, action.change);
    case "outbox":
      return { ...state, outbox: action.entries };
    case "typing":
      return {
        ...state,
        typing: { ...action.typing, until: action.now + TYPING_SHOWN_MS },
      };
    case "tick":
      return state.typing && state.typing.until <= action.now ? { ...state, typing: null } : state;
    case "place":
      return {
        ...state,
        place: { conversation_id: action.conversation_id, place: action.place },
      };
    case "gone":
      return without(state, action.id);
    case "told":
      return { ...state, told: action.told };
    case "afresh":
      return {
        ...initialState(action.thread, state.is_online),
        config: state.config,
        outbox: state.outbox,
        phase: "ready",
        told: action.told,
      };
  }
}

export function viewOf(state: State): View {
  const conversation = (state.current && state.conversations[state.current]) || null;
  const unsent = unsentOf(state);
  const entries = entriesOf(state, unsent);
  const typing = state.typing;
  const isWaiting = conversation?.state === "open" && conversation.handler === "queue";
  const place = state.place?.conversation_id === state.current ? state.place.place : null;
  const last = entries[entries.length - 1];
  const lastSpoken = [...entries].reverse().find((entry) => entry.from !== "system");
  const choices =
    conversation?.state === "open" && conversation.handler === "assistant"
      ? (last?.choices ?? [])
      : [];
  return {
    phase: state.phase,
    screen: state.screen,
    conversation,
    entries,
    choices,
    answering: answeringOf(conversation, place),
    is_asking_for_person:
      conversation?.handler !== "queue" &&
      unsent.some((entry) => entry.wants_person && !entry.failure),
    receipt:
      isWaiting && conversation.receipt
        ? {
            ...conversation.receipt,
            place_now: place?.place ?? conversation.receipt.place,
            available: place?.available ?? null,
            hours: place?.hours ?? "",
          }
        : null,
    typing: typing && typing.conversation_id === state.current ? typing.author : null,
    banner: bannerOf(state),
    told: state.told,
    earlier: Object.values(state.conversations).sort((one, other) =>
      one.updated_at < other.updated_at ? 1 : -1,
    ),
    can_close:
      conversation?.state === "open" &&
      last !== undefined &&
      !choices.length &&
      conversation.handler !== "queue" &&
      (lastSpoken?.from === "ai" || lastSpoken?.from === "agent"),
  };
}

/** The highest position that is shown of each conversation, for counting what is unread. */
export function positionsOf(state: State): Record<string, number> {
  const positions: Record<string, number> = {};
  for (const { conversation_id, position } of Object.values(state.messages)) {
    positions[conversation_id] = Math.max(positions[conversation_id] ?? 0, position);
  }
  return positions;
}

function withConversation(state: State, conversation: WidgetConversation): State {
  const known = state.conversations[conversation.id];
  if (known && known.version >= conversation.version) return state;
  return {
    ...state,
    conversations: { ...state.conversations, [conversation.id]: conversation },
  };
}

function withMessage(state: State, message: WidgetMessage): State {
  const known = state.messages[message.id];
  if (known && known.version >= message.version) return state;
  const isFromTypist =
    state.typing?.conversation_id === message.conversation_id &&
    message.author.type !== "customer" &&
    message.kind === "text";
  return {
    ...state,
    messages: { ...state.messages, [message.id]: message },
    // Whoever has just said it is no longer typing it.
    typing: isFromTypist ? null : state.typing,
  };
}

function withChange(state: State, change: Change): State {
  if (change.data === null) return without(state, change.id);
  if (change.subject === "conversation") {
    return withConversation(state, change.data as WidgetConversation);
  }
  if (change.subject === "message") return withMessage(state, change.data as WidgetMessage);
  return state;
}

function without(state: State, id: string): State {
  if (state.messages[id]) {
    const { [id]: _gone, ...messages } = state.messages;
    return { ...state, messages };
  }
  if (!state.conversations[id]) return state;
  const { [id]: _gone, ...conversations } = state.conversations;
  const messages = Object.fromEntries(
    Object.entries(state.messages).filter(([, message]) => message.conversation_id !== id),
  );
  const current = state.current === id ? null : state.current;
  return { ...state, conversations, messages, current };
}

/** Unsent entries of the shown conversation that the desk has not echoed yet. */
function unsentOf(state: State): Outgoing[] {
  const echoed = new Set(Object.values(state.messages).map((message) => message.client_id));
  return state.outbox.filter((entry) => {
    const isHere =
      entry.conversation_id === null
        ? state.current === null && entry.thread === state.thread
        : entry.conversation_id === state.current;
    return isHere && (!echoed.has(entry.client_id) || entry.wants_person);
  });
}

function entriesOf(state: State, unsent: Outgoing[]): Entry[] {
  const sent = Object.values(state.messages)
    .filter((message) => message.conversation_id === state.current)
    .sort((one, other) => one.position - other.position);
  const echoed = new Set(sent.map((message) => message.client_id));
  const waiting = unsent.filter(
    (entry) => !echoed.has(entry.client_id) && (entry.text || entry.files.length || entry.failure),
  );
  const entries = [...sent.map(sentEntry), ...waiting.map(unsentEntry)];
  return entries.map((entry, index) => ({ ...entry, ...placeInRun(entry, entries[index - 1]) }));
}

function sentEntry(message: WidgetMessage): Entry {
  const isYou = message.author.type === "customer";
  return {
    // The same key as while it was sending, so that the row stays and nothing is read out twice.
    key: (isYou && message.client_id) || message.id,
    id: message.id,
    from: message.kind === "event" ? "system" : isYou ? "you" : authorKind(message.author.type),
    name: message.author.name,
    code: message.code,
    text: message.text,
    is_generated: message.generated,
    sources: message.sources,
    choices: message.choices,
    files: message.files,
    at: message.created_at,
    delivery: "sent",
    failure: null,
    is_first_of_run: true,
    is_first_of_day: true,
  };
}

function authorKind(type: Author["type"]): Entry["from"] {
  return type === "ai" || type === "agent" ? type : "system";
}

function unsentEntry(entry: Outgoing): Entry {
  return {
    key: entry.client_id,
    id: null,
    from: "you",
    name: null,
    code: null,
    text: entry.text,
    is_generated: false,
    sources: [],
    choices: [],
    files: entry.files,
    at: entry.created_at,
    delivery: entry.failure ? "failed" : "sending",
    failure: entry.failure,
    is_first_of_run: true,
    is_first_of_day: true,
  };
}

function placeInRun(entry: Entry, before: Entry | undefined) {
  if (!before) return { is_first_of_run: true, is_first_of_day: true };
  const pause_ms = Date.parse(entry.at) - Date.parse(before.at);
  const isSameDay = new Date(entry.at).toDateString() === new Date(before.at).toDateString();
  const isSameAuthor = before.from === entry.from && before.name === entry.name;
  return {
    is_first_of_run: !isSameAuthor || !isSameDay || pause_ms > RUN_MS_MAX,
    is_first_of_day: !isSameDay,
  };
}

function answeringOf(conversation: WidgetConversation | null, place: Place | null): Answering {
  if (conversation?.handler === "agent") return { kind: "agent", name: conversation.agent_name };
  if (conversation?.handler === "queue" && conversation.state === "open") {
    return { kind: "waiting", place: place?.place ?? conversation.receipt?.place ?? null };
  }
  return { kind: "assistant" };
}

function bannerOf(state: State): Key | null {
  if (!state.is_online) return "offline";
  if (state.phase === "failed") return "unreachable";
  return state.is_line_lost ? "reconnecting" : null;
}
