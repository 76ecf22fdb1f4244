// Cuts a message into plain words, addresses and marks of sources.
import type { Source } from "../api/types.ts";

export type TextPart =
  | { type: "text"; text: string }
  | { type: "link"; text: string; href: string }
  | { type: "source"; n: number };

const INTERESTING = /\[(\d{1,2})\]|https?:\/\/[^\s<>"']+/g;

/** Only http addresses become links, and only numbers that a source answers become marks. */
export function textParts(text: string, sources: Source[]): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(INTERESTING)) {
    const part = match[1] ? sourcePart(Number(match[1]), sources) : linkPart(match[0]);
    if (!part) continue;
    if (match.index > from) parts.push({ type: "text", text: text.slice(from, match.index) });
    parts.push(part);
    from = match.index + (part.type === "link" ? part.text.length : match[0].length);
  }
  if (from < text.length) parts.push({ type: "text", text: text.slice(from) });
  return parts;
}

function sourcePart(n: number, sources: Source[]): TextPart | null {
  return sources.some((source) => source.n === n) ? { type: "source", n } : null;
}

/** A full stop or bracket behind an address belongs to the sentence. */
function linkPart(found: string): TextPart {
  const text = found.replace(/[.,;:!?)\]]+$/, "");
  return { type: "link", text, href: text };
}
