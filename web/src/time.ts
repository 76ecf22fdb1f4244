// Times, spans, numbers and languages in words, by Intl alone.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** English words, as the screens are, in the manner of the reader's country: 24 hours, 30 %. */
const READER = readerLocale();

/** How long somebody waits: one unit, no seconds, because a ticking list is not calm. */
export function span(ms: number, locale = READER): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(
      value,
    );
  if (ms < MINUTE) return `< ${unit(1, "minute")}`;
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), "minute");
  if (ms < DAY) return unit(Math.floor(ms / HOUR), "hour");
  return unit(Math.floor(ms / DAY), "day");
}

/** The finer span for figures: "2 min 5 sec" for medians and longest waits. */
export function exactSpan(ms: number, locale = READER): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" }).format(
      value,
    );
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return unit(seconds, "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${unit(minutes, "minute")} ${unit(seconds % 60, "second")}`;
  return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`;
}

/** When something was last touched: the clock today, the day before that. */
export function moment(at: string, now: number, locale = READER): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return clockTime(at, locale);
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
  if (then.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return new Intl.DateTimeFormat(locale, options).format(then);
}

export function clockTime(at: string, locale = READER): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(locale, options).format(new Date(at));
}

export function dayName(at: string, now: number, locale = READER): string {
  const days = Math.round((startOfDay(now) - startOfDay(Date.parse(at))) / DAY);
  if (days === 0 || days === 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day");
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  }
  const options: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(locale, options).format(new Date(at));
}

export function fullTime(at: string, locale = READER): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).format(
    new Date(at),
  );
}

export function number(value: number, locale = READER): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** "1 topic", "1,200 topics": the words of the screens are English, so an s is the whole rule. */
/** An amount of minor units; without a currency as a mere number of hundredths. */
export function money(amount: number, currency: string, locale = READER): string {
  if (!currency) return (amount / 100).toLocaleString(locale, { minimumFractionDigits: 2 });
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

export function counted(n: number, noun: string, locale = READER): string {
  return `${number(n, locale)} ${noun}${n === 1 ? "" : "s"}`;
}

export function percent(share: number, locale = READER): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(
    share,
  );
}

export function fileSize(size_bytes: number, locale = READER): string {
  const [value, unit] =
    size_bytes < 1_000_000 ? [size_bytes / 1000, "kilobyte"] : [size_bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

/** "Swedish" for "sv"; the code itself when the browser does not know it. */
export function languageName(code: string, locale = READER): string {
  try {
    return new Intl.DisplayNames(locale, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** "en-DE" for a browser that speaks "de-DE": words of two languages in one line confuse. */
export function readerLocale(language = globalThis.navigator?.language ?? "en"): string {
  try {
    const { language: code, region } = new Intl.Locale(language).maximize();
    return code === "en" || !region ? language : `en-${region}`;
  } catch {
    return "en";
  }
}

function startOfDay(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
