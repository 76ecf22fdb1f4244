// The keyboard map: what each key does, where, and the words of the sheet that lists them.

export type KeyAction =
  | "next"
  | "previous"
  | "open"
  | "reply"
  | "note"
  | "claim"
  | "close"
  | "assign"
  | "topic"
  | "search"
  | "back"
  | "sheet"
  | "arrivals"
  | "send-draft"
  | "go-inbox"
  | "go-articles"
  | "go-topics"
  | "go-balance"
  | "go-reviews"
  | "go-approvals"
  | "go-overview"
  | "go-shifts"
  | "go-planner"
  | "go-settings"
  | "brake"
  | "mark-good"
  | "mark-fair"
  | "mark-bad";

export type KeyBinding = { keys: string; action: KeyAction; words: string };

export const BINDINGS: KeyBinding[] = [
  { keys: "j", action: "next", words: "Next in the list" },
  { keys: "k", action: "previous", words: "Previous in the list" },
  { keys: "Enter", action: "open", words: "Open" },
  { keys: "o", action: "open", words: "Open" },
  { keys: "Escape", action: "back", words: "Back" },
  { keys: ".", action: "arrivals", words: "Show new arrivals" },
  { keys: "r", action: "reply", words: "Write a reply" },
  { keys: "n", action: "note", words: "Write a note" },
  { keys: "d", action: "send-draft", words: "Edit the assistant's draft" },
  { keys: "c", action: "claim", words: "Claim or release" },
  { keys: "e", action: "close", words: "Close or reopen" },
  { keys: "a", action: "assign", words: "Assign to an agent" },
  { keys: "t", action: "topic", words: "Change the topic" },
  { keys: "/", action: "search", words: "Search" },
  { keys: "g i", action: "go-inbox", words: "Go to the inbox" },
  { keys: "g a", action: "go-articles", words: "Go to articles" },
  { keys: "g t", action: "go-topics", words: "Go to topics" },
  { keys: "g b", action: "go-balance", words: "Go to the balance" },
  { keys: "g r", action: "go-reviews", words: "Go to reviews" },
  { keys: "g p", action: "go-approvals", words: "Go to approvals" },
  { keys: "g o", action: "go-overview", words: "Go to the overview" },
  { keys: "g h", action: "go-shifts", words: "Go to your shifts" },
  { keys: "g l", action: "go-planner", words: "Go to the planner" },
  { keys: "g s", action: "go-settings", words: "Go to settings" },
  { keys: "b", action: "brake", words: "The brake, on the balance" },
  { keys: "1", action: "mark-good", words: "Mark an answer good" },
  { keys: "2", action: "mark-fair", words: "Mark an answer fair" },
  { keys: "3", action: "mark-bad", words: "Mark an answer bad" },
  { keys: "?", action: "sheet", words: "Show these keys" },
];

export type Press = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
};

/** After "g" the second key has this long to come. */
export const CHORD_MS = 1_200;

/** Turns presses into actions; `at` is an argument, so that a chord can be tested. */
export class KeyReader {
  #first = "";
  #firstAt = 0;

  read(press: Press, at: number): KeyAction | null {
    if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
    const isSecond = this.#first !== "" && at - this.#firstAt <= CHORD_MS;
    const keys = isSecond ? `${this.#first} ${press.key}` : press.key;
    this.#first = "";
    const found = BINDINGS.find((binding) => binding.keys === keys);
    if (found) return found.action;
    if (BINDINGS.some((binding) => binding.keys.startsWith(`${press.key} `))) {
      this.#first = press.key;
      this.#firstAt = at;
    }
    return null;
  }
}

/** So long without a key, and what is pressed next is meant anew. */
export const REST_MS = 1_000;

/** A field that goes away under somebody's hands leaves the rest of a word to the page; those
 * letters are words still, until the person moves the focus or pauses. */
export class WordsUnderWay {
  #lastAt = Number.NEGATIVE_INFINITY;

  /** A key was pressed in a field. */
  wrote(at: number): void {
    this.#lastAt = at;
  }

  /** The person is somewhere else now. */
  moved(): void {
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether a key on the page belongs to what was being written. Escape never does. */
  holds(key: string, at: number): boolean {
    if (key === "Escape" || at - this.#lastAt > REST_MS) return false;
    this.#lastAt = at;
    return true;
  }
}

/** The key to show beside a button. */
export function keyOf(action: KeyAction): string {
  return BINDINGS.find((binding) => binding.action === action)?.keys ?? "";
}

/** Keys are letters to somebody who writes: only Escape leaves a field. */
export function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  if (element.tagName === "INPUT") {
    return !["checkbox", "radio", "button", "range"].includes((element as HTMLInputElement).type);
  }
  return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
}

/** Enter already means something on these. */
export function isPressable(target: EventTarget | null): boolean {
  const tag = (target as HTMLElement | null)?.tagName;
  return tag === "BUTTON" || tag === "A" || tag === "SUMMARY";
}

type Handlers = Partial<Record<KeyAction, () => void>>;
const layers: Handlers[] = [];
const reader = new KeyReader();
const words = new WordsUnderWay();

/** The layer added last is asked first; returns the way to take it off again. */
export function onKeys(handlers: Handlers): () => void {
  layers.push(handlers);
  return () => {
    layers.splice(layers.indexOf(handlers), 1);
  };
}

export function listenToKeys(target: Window): void {
  target.addEventListener("focusin", () => words.moved());
  target.addEventListener("pointerdown", () => words.moved());
  target.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (isWriting(event.target)) {
      words.wrote(event.timeStamp);
      if (event.key === "Escape") document.getElementById("main")?.focus();
      return;
    }
    if (words.holds(event.key, event.timeStamp)) return;
    if (event.key === "Enter" && isPressable(event.target)) return;
    const action = reader.read(event, event.timeStamp);
    if (!action) return;
    const layer = layers.findLast((handlers) => handlers[action]);
    if (!layer) return;
    event.preventDefault();
    layer[action]?.();
  });
}
