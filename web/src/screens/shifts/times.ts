// Times of shifts in the words of the place where somebody works.
import type { OfferedShift } from "../../api/types.ts";
import { readerLocale } from "../../time.ts";

const HOUR = 3_600_000;

/** A zone that this browser knows; else its own is used. */
export function knownZone(zone: string | undefined): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

/** "Tue 3 March", as a calendar at that place has it. */
export function dayOf(at: string, zone?: string, locale = readerLocale()): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(at));
}

/** "14:00". */
export function clockOf(at: string, zone?: string, locale = readerLocale()): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(at));
}

/** "14:00 to 18:00". */
export function spanOf(one: { starts_at: string; ends_at: string }, zone?: string): string {
  return `${clockOf(one.starts_at, zone)} to ${clockOf(one.ends_at, zone)}`;
}

/** "4 h", "3.5 h". */
export function hoursOf(one: { starts_at: string; ends_at: string }): string {
  return hours((Date.parse(one.ends_at) - Date.parse(one.starts_at)) / HOUR);
}

/** "3.5 h": hours to a quarter. */
export function hours(n: number, locale = readerLocale()): string {
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Math.round(n * 4) / 4)} h`;
}

/** "3 h 15 min" of minutes. */
export function minutesOf(minutes: number): string {
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (whole === 0) return `${rest} min`;
  return rest === 0 ? `${whole} h` : `${whole} h ${rest} min`;
}

/** How far off: "in 3 days", "in 2 hours", "now". */
export function until(at: string, now: number, locale = readerLocale()): string {
  const ms = Date.parse(at) - now;
  if (ms <= 0) return "now";
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  if (ms < HOUR) return words.format(Math.max(1, Math.round(ms / 60_000)), "minute");
  if (ms < 36 * HOUR) return words.format(Math.round(ms / HOUR), "hour");
  return words.format(Math.round(ms / (24 * HOUR)), "day");
}

/** Offers that differ in nothing that matters to who takes one: the first, and how many there are. */
export function alike(offers: OfferedShift[]): { offer: OfferedShift; n: number }[] {
  const groups = new Map<string, { offer: OfferedShift; n: number }>();
  for (const offer of offers) {
    const { starts_at, ends_at, reason, extra, language } = offer.shift;
    const { opens_at, refusals } = offer;
    const key = JSON.stringify([starts_at, ends_at, reason, extra, language, opens_at, refusals]);
    const group = groups.get(key);
    if (group) group.n += 1;
    else groups.set(key, { offer, n: 1 });
  }
  return [...groups.values()];
}

/** Runs of the same day, in order. */
export function byDay<Item>(
  items: Item[],
  at: (item: Item) => string,
  zone?: string,
): { day: string; items: Item[] }[] {
  const days: { day: string; items: Item[] }[] = [];
  for (const item of items) {
    const day = dayOf(at(item), zone);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}
