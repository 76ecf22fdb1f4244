// How a message is cut: words, addresses, and marks of sources that stay with their words.
import { expect, test } from "vitest";
import type { Source } from "../src/api/types.ts";
import { textParts } from "../src/parts/text.ts";

const sources = [1, 2].map((n): Source => ({ n, article_id: "a", slug: "a", title: "A", quote: "" }));

/** `<word n stop>` for a mark, `(address)` for a link. */
const shown = (text: string) =>
  textParts(text, sources)
    .map((part) => {
      if (part.type === "text") return part.text;
      if (part.type === "link") return `(${part.href})`;
      return `<${part.before} ${part.n} ${part.after}>`;
    })
    .join("|");

test.each([
  ["no marks", "no marks"],
  ["Three days [1]. Then [2] wait.", "Three |<days 1 .>| |<Then 2 >| wait."],
  ["Three days. [1]", "Three |<days. 1 >"],
  ["both [1][2]", "<both 1 >|< 2 >"],
  ["both [1] [2].", "<both 1 >|< 2 .>"],
  ["[1] first", "< 1 >| first"],
  ["not ours [3]", "not ours [3]"],
  ["line\n[1]", "<line 1 >"],
  ["Rückerstattungsbestätigungsnummer [1]", "Rückerstattungsbestätigungsnummer |< 1 >"],
  ["javascript:alert(1)", "javascript:alert(1)"],
  ["see https://a.example/b.", "see |(https://a.example/b)|."],
  ["see https://a.example [1].", "see |(https://a.example)|< 1 .>"],
])("%s", (text, expected) => {
  expect(shown(text)).toBe(expected);
});
