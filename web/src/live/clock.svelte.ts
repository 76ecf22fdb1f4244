// The desk's own time, for waiting times: a demo's clock may run faster than the browser's.

const TICK_MS = 15_000;

class DeskClock {
  now = $state(Date.now());
  #ahead_ms = 0;

  constructor() {
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Something cannot have happened later than now: what the desk sends may move us ahead. */
  observe(at: string): void {
    const ahead_ms = Date.parse(at) - Date.now();
    if (ahead_ms > this.#ahead_ms) {
      this.#ahead_ms = ahead_ms;
      // Small steps wait for the next tick, so that the list does not redraw with each event.
      if (Date.now() + ahead_ms - this.now > TICK_MS) this.#tick();
    }
  }

  /** The desk said what time it is. */
  set(at: string): void {
    this.#ahead_ms = Date.parse(at) - Date.now();
    this.#tick();
  }

  #tick(): void {
    this.now = Date.now() + this.#ahead_ms;
  }
}

export const clock = new DeskClock();
