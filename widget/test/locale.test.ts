// Languages: which one is chosen, that every one is whole, and that English fills the gaps.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import english from "../locales/en.json";
import { chooseLocale, directionOf } from "../src/language";
import { loadWords, speak } from "../src/locale";

const folder = new URL("../locales/", import.meta.url);
const files = readdirSync(folder);
const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the choice of a language", () => {
  const check = (wanted: (string | null | undefined)[], expected: string) =>
    expect(chooseLocale(wanted)).toBe(expected);

  it("takes the first that we speak", () => {
    check(["de-AT", "sv"], "de-AT");
    check(["da", undefined, "", "sv_SE"], "sv-SE");
    check(["tlh", null], "en");
    check(["english", "deutsch"], "en");
  });

  it("knows who writes from the right", () => {
    expect(["ar", "ar-EG", "he", "de"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "ltr"]);
  });
});

describe("the words", () => {
  it.each(files)("of %s are whole and keep their places", (file) => {
    const words = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Record<string, string>;
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(english)) {
      expect([key, names(words[key]!)]).toEqual([key, names(text)]);
    }
  });

  it("are English where a language lacks one", () => {
    const speech = speak("de", { send: "Senden" });
    expect([speech.say("send"), speech.say("close")]).toEqual(["Senden", "Close"]);
    expect(speech.say("left", { n: 1_234 })).toBe("Characters left: 1.234");
  });

  it("survive a desk that has none, and a tag that is none", async () => {
    const missing = async () => new Response("<html>", { status: 200 });
    expect(await loadWords("", "fr", missing as typeof fetch)).toEqual({});
    expect(speak("en-a-a-a", {}).say("send")).toBe("Send");
  });
});
