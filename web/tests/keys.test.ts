// Each key does one thing, chords need haste, and a writer's letters are letters.
import { describe, expect, test } from "vitest";
import {
  BINDINGS,
  CHORD_MS,
  isPressable,
  isWriting,
  KeyReader,
  REST_MS,
  WordsUnderWay,
  type Press,
} from "../src/keys.ts";

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...change,
});

describe("the keyboard map", () => {
  test("gives each key to one action", () => {
    const keys = BINDINGS.map((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("has no single key that begins a chord", () => {
    const firsts = BINDINGS.filter(({ keys }) => keys.includes(" ")).map(({ keys }) => keys[0]);
    expect(BINDINGS.filter(({ keys }) => firsts.includes(keys))).toEqual([]);
  });

  test.each([
    ["j", "next"],
    ["k", "previous"],
    ["Enter", "open"],
    ["o", "open"],
    ["r", "reply"],
    ["n", "note"],
    ["c", "claim"],
    ["e", "close"],
    ["a", "assign"],
    ["t", "topic"],
    ["/", "search"],
    ["?", "sheet"],
    ["Escape", "back"],
  ])("%s means %s", (key, action) => {
    expect(new KeyReader().read(press(key), 0)).toBe(action);
  });

  test("g and then t goes to topics, while t alone changes the topic", () => {
    const reader = new KeyReader();
    expect(reader.read(press("g"), 0)).toBeNull();
    expect(reader.read(press("t"), CHORD_MS)).toBe("go-topics");
    expect(reader.read(press("t"), CHORD_MS + 1)).toBe("topic");
  });

  test("a chord that takes too long is none", () => {
    const reader = new KeyReader();
    reader.read(press("g"), 0);
    expect(reader.read(press("a"), CHORD_MS + 1)).toBe("assign");
  });

  test("a wrong second key ends the chord", () => {
    const reader = new KeyReader();
    reader.read(press("g"), 0);
    expect(reader.read(press("x"), 1)).toBeNull();
    expect(reader.read(press("i"), 2)).toBeNull();
  });

  test.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])(
    "leaves the browser's and the writer's keys alone: %o",
    (change) => expect(new KeyReader().read(press("e", change), 0)).toBeNull(),
  );
});

describe("keys rest while somebody writes", () => {
  const element = (tagName: string, change = {}) => ({ tagName, ...change }) as never;
  test.each([
    ["a text field", element("INPUT", { type: "text" }), true],
    ["a password", element("INPUT", { type: "password" }), true],
    ["a text area", element("TEXTAREA"), true],
    ["a choice", element("SELECT"), true],
    ["rich text", element("DIV", { isContentEditable: true }), true],
    ["a checkbox", element("INPUT", { type: "checkbox" }), false],
    ["a button", element("BUTTON"), false],
    ["the page", element("BODY"), false],
    ["nothing", null, false],
  ])("in %s", (_, target, expected) => expect(isWriting(target)).toBe(expected));

  test("Enter on a link or button is its own", () => {
    expect(isPressable(element("A"))).toBe(true);
    expect(isPressable(element("BODY"))).toBe(false);
  });
});

describe("when the field goes away, the rest of the word is no command", () => {
  const writing = () => {
    const words = new WordsUnderWay();
    words.wrote(0);
    return words;
  };
  test("until nothing was pressed for a while", () => {
    const words = writing();
    expect(words.holds("e", REST_MS)).toBe(true);
    expect(words.holds("c", 2 * REST_MS)).toBe(true);
    expect(words.holds("e", 3 * REST_MS + 1)).toBe(false);
  });

  test("or the person went somewhere else", () => {
    const words = writing();
    words.moved();
    expect(words.holds("e", 1)).toBe(false);
  });

  test("but Escape leaves at any time, and a page where nobody wrote has its keys", () => {
    expect(writing().holds("Escape", 1)).toBe(false);
    expect(new WordsUnderWay().holds("j", 1)).toBe(false);
  });
});
