// Message text: lists, links and source marks, and nothing that could be markup.
import { describe, expect, it } from "vitest";
import { parseText, type Line } from "../src/text";

/** A short notation: <link>, {source}, | between lines, * before items. */
function told(text: string, sources: number[] = []): string[] {
  const line = (pieces: Line) =>
    pieces
      .map((p) => (p.kind === "text" ? p.text : p.kind === "link" ? `<${p.href}>` : `{${p.n}}`))
      .join("");
  return parseText(text, sources).map((block) =>
    block.kind === "list"
      ? block.items.map((item) => `${block.start ?? "*"} ${line(item)}`).join("|")
      : block.lines.map(line).join("|"),
  );
}

describe("text", () => {
  const check = (text: string, expected: string[], sources?: number[]) =>
    expect(told(text, sources)).toEqual(expected);

  it("has paragraphs, lines and simple lists", () => {
    check("a\nb\n\nc", ["a|b", "c"]);
    check("Do:\n- one\n- two\nthen", ["Do:", "* one|* two", "then"]);
    check("2. two\n3) three", ["2 two|2 three"]);
    check("1.5 litres", ["1.5 litres"]);
    check("", []);
  });

  it("links web addresses and nothing else", () => {
    check("see https://a.example/x.", ["see <https://a.example/x>."]);
    check("(http://a.example/x_(y))", ["(<http://a.example/x_(y)>)"]);
    check("javascript:alert(1) data:text/html,x ftp://a.example", [
      "javascript:alert(1) data:text/html,x ftp://a.example",
    ]);
    check("<b>https://a.example/<script></b>", ["<b><https://a.example/><script></b>"]);
    check("https:// nothing", ["https:// nothing"]);
  });

  it("marks only the sources that there are, close to their word", () => {
    check("Yes. [1] No. [3]", ["Yes.{1} No. [3]"], [1, 2]);
    check("[2]", ["{2}"], [2]);
  });
});
