// Turns plain message text into paragraphs, simple lists, safe links and source marks.

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "source"; n: number };
export type Line = Piece[];
export type Block =
  { kind: "paragraph"; lines: Line[] } | { kind: "list"; start: number | null; items: Line[] };

const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBERED = /^\s*(\d{1,3})[.)]\s+(.*)$/;
const TOKEN = /\[(\d{1,2})\]|https?:\/\/[^\s<>"'`\u00a0]+/gi;

/** `sources` are the numbers that the message really has: other [n] stay plain text. */
export function parseText(text: string, sources: readonly number[] = []): Block[] {
  const blocks: Block[] = [];
  let paragraph: Line[] | null = null;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const numbered = NUMBERED.exec(line);
    const item = numbered?.[2] ?? BULLET.exec(line)?.[1];
    if (item !== undefined) {
      paragraph = null;
      const start = numbered ? Number(numbered[1]) : null;
      listFor(blocks, start).push(parseLine(item, sources));
    } else if (line.trim() === "") {
      paragraph = null;
    } else {
      if (!paragraph) blocks.push({ kind: "paragraph", lines: (paragraph = []) });
      paragraph.push(parseLine(line, sources));
    }
  }
  return blocks;
}

function listFor(blocks: Block[], start: number | null): Line[] {
  const last = blocks[blocks.length - 1];
  if (last?.kind === "list" && (last.start === null) === (start === null)) return last.items;
  const items: Line[] = [];
  blocks.push({ kind: "list", start, items });
  return items;
}

function parseLine(line: string, sources: readonly number[]): Line {
  const pieces: Line = [];
  let from = 0;
  const plain = (to: number, isBeforeMark = false) => {
    const text = isBeforeMark ? line.slice(from, to).trimEnd() : line.slice(from, to);
    if (text) pieces.push({ kind: "text", text });
  };
  for (const match of line.matchAll(TOKEN)) {
    const piece = match[1] ? sourcePiece(Number(match[1]), sources) : linkPiece(match[0]);
    if (!piece) continue;
    // A mark belongs to the word before it, and must not begin a line.
    plain(match.index, piece.kind === "source");
    pieces.push(piece);
    from = match.index + (piece.kind === "link" ? piece.text.length : match[0].length);
  }
  plain(line.length);
  return pieces;
}

function sourcePiece(n: number, sources: readonly number[]): Piece | null {
  return sources.includes(n) ? { kind: "source", n } : null;
}

function linkPiece(found: string): Piece | null {
  const text = withoutTrailingMarks(found);
  try {
    const { protocol, href, hostname } = new URL(text);
    const isSafe = (protocol === "http:" || protocol === "https:") && hostname !== "";
    return isSafe ? { kind: "link", text, href } : null;
  } catch {
    return null;
  }
}

/** A full stop or an unopened bracket after an address belongs to the sentence. */
function withoutTrailingMarks(address: string): string {
  let text = address.replace(/[.,;:!?…»”’]+$/, "");
  while (text.endsWith(")") && text.split("(").length < text.split(")").length) {
    text = text.slice(0, -1).replace(/[.,;:!?]+$/, "");
  }
  return text;
}
