// The widget's words in the customer's language, with English built in for whatever is missing.
import english from "../locales/en.json";
import { directionOf, languageOf } from "./language";

export type Key = keyof typeof english;
export type Words = Partial<Record<Key, string>>;

export interface Speech {
  locale: string;
  direction: "ltr" | "rtl";
  say(key: Key, values?: Record<string, string | number>): string;
  number(value: number): string;
  time(at: string): string;
  day(at: string): string;
  size(bytes: number): string;
}

export function speak(wanted: string, words: Words): Speech {
  const locale = usable(wanted);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const write = (value: string | number) =>
    typeof value === "number" ? number.format(value) : value;
  return {
    locale,
    direction: directionOf(locale),
    say: (key, values = {}) =>
      (words[key] || english[key]).replace(/\{(\w+)\}/g, (whole, name: string) =>
        name in values ? write(values[name] ?? "") : whole,
      ),
    number: (value) => number.format(value),
    time: (at) => written(time, at),
    day: (at) => written(day, at),
    size: (bytes) =>
      bytes < 1_000_000
        ? `${number.format(Math.max(1, Math.round(bytes / 1_000)))} kB`
        : `${number.format(bytes / 1_000_000)} MB`,
  };
}

/** Fetches a language's words; a missing or broken file leaves English. */
export async function loadWords(base: string, locale: string, get: typeof fetch): Promise<Words> {
  const language = languageOf(locale);
  if (language === "en") return {};
  try {
    const answer = await get(`${base}/widget/locales/${language}.json`);
    const words: unknown = answer.ok ? await answer.json() : {};
    return onlyStrings(words);
  } catch {
    return {};
  }
}

/** A page may ask for a tag that is well meant but not well formed. */
function usable(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? "en";
  } catch {
    return languageOf(locale);
  }
}

function onlyStrings(words: unknown): Words {
  if (typeof words !== "object" || words === null) return {};
  return Object.fromEntries(
    Object.entries(words).filter(([, value]) => typeof value === "string"),
  ) as Words;
}

function written(format: Intl.DateTimeFormat, at: string): string {
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? "" : format.format(moment);
}
