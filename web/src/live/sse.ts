// Reads server-sent events from chunks of text, whatever their borders are.

export type StreamEvent = { type: string; data: string; id: string | null };

export class EventParser {
  #rest = "";
  #type = "";
  #data: string[] = [];
  #id: string | null = null;
  #isFirst = true;
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #onComment: (text: string) => void;

  constructor(onEvent: (event: StreamEvent) => void, onComment: (text: string) => void = () => {}) {
    this.#onEvent = onEvent;
    this.#onComment = onComment;
  }

  push(chunk: string): void {
    let text = this.#rest + chunk;
    if (this.#isFirst && text.length > 0) {
      if (text.startsWith("\uFEFF")) text = text.slice(1);
      this.#isFirst = false;
    }
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      if (end === null) break;
      this.#line(text.slice(start, end.at));
      start = end.next;
    }
    this.#rest = text.slice(start);
  }

  #line(line: string): void {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return this.#onComment(line.slice(1).trim());
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }

  #dispatch(): void {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    this.#id = null;
    if (!isEmpty) this.#onEvent(event);
  }
}

/** A line ends with LF, CR or CRLF; a CR at the very end waits for what follows it. */
function lineEnd(text: string, start: number): { at: number; next: number } | null {
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "\n") return { at, next: at + 1 };
    if (letter === "\r") {
      if (at + 1 === text.length) return null;
      return { at, next: text[at + 1] === "\n" ? at + 2 : at + 1 };
    }
  }
  return null;
}
