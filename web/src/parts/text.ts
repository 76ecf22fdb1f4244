// Cuts a message into plain words, addresses and marks of sources.
import type { Source } from "../api/types.ts";

export type TextPart =
  | { type: "text"; text: string }
  | { type: "link"; text: string; href: string }
  | { type: "source"; n: number; before: string; after: string };

const INTERESTING = /\[(\d{1,2})\]([.,;:!?)]*)|https?:\/\/[^\s<>"']+/g;
/** The word before a mark, unless it is so long that it may have to be broken itself. */
const LAST_WORD = /(?<=^|\s)(\S{0,20})\s*$/;

/** Only http addresses become links, and only numbers that a source answers become marks. */
export function textParts(text: string, sources: Source[]): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(INTERESTING)) {
    const between = text.slice(from, match.index);
    const part = match[1] ? sourcePart(match, between, sources) : linkPart(match[0]);
    if (!part) continue;
    const left = part.type === "source" ? between.replace(LAST_WORD, "") : between;
    if (left) parts.push({ type: "text", text: left });
    parts.push(part);
    from = match.index + (part.type === "link" ? part.text.length : match[0].length);
  }
  if (from < text.length) parts.push({ type: "text", text: text.slice(from) });
  return parts;
}

/** A mark stays with the word that it proves and with the full stop behind it. */
function sourcePart(match: RegExpExecArray, between: string, sources: Source[]): TextPart | null {
  const n = Number(match[1]);
  if (!sources.some((source) => source.n === n)) return null;
  const before = LAST_WORD.exec(between)?.[1] ?? "";
  return { type: "source", n, before, after: match[2] ?? "" };
}

/** A full stop or bracket behind an address belongs to the sentence. */
function linkPart(found: string): TextPart {
  const text = found.replace(/[.,;:!?)\]]+$/, "");
  return { type: "link", text, href: text };
}
