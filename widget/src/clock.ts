// Time and chance as an argument, so that tests need neither to wait nor to be lucky.
import { RETRY_MS_FIRST, RETRY_MS_MAX } from "./limits";

export interface Clock {
  now(): number;
  /** Calls back once; the answer cancels it. */
  after(wait_ms: number, act: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(wait_ms, act) {
    const timer = setTimeout(act, wait_ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Doubles up to a ceiling; half of it is chance, so that many widgets do not return at once. */
export function backOff(attempts: number, draw: number): number {
  const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(attempts, 10));
  return ceiling / 2 + (ceiling / 2) * draw;
}
