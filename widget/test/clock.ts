// A clock that stands still until a test moves it.
import type { Clock } from "../src/clock";

export interface TestClock extends Clock {
  advance(by_ms: number): void;
  n_waiting(): number;
}

export function testClock(draw = 0): TestClock {
  let now = Date.parse("2026-03-02T10:00:00Z");
  let waiting: { at: number; act: () => void }[] = [];
  return {
    now: () => now,
    random: () => draw,
    after(wait_ms, act) {
      const timer = { at: now + wait_ms, act };
      waiting.push(timer);
      return () => (waiting = waiting.filter((other) => other !== timer));
    },
    advance(by_ms) {
      now += by_ms;
      const due = waiting
        .filter((timer) => timer.at <= now)
        .sort((one, other) => one.at - other.at);
      waiting = waiting.filter((timer) => timer.at > now);
      for (const timer of due) timer.act();
    },
    n_waiting: () => waiting.length,
  };
}

/** Lets everything that is already promised happen; no time passes. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
