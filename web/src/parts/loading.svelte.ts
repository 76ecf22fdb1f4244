// One fetch of a screen: loading, failed with a problem, or ready; again after missed events.
import { untrack } from "svelte";
import { asProblem, type Problem } from "../api/problem.ts";
import { live } from "../live/desk.svelte.ts";

export class Loading {
  state = $state<"loading" | "failed" | "ready">("loading");
  problem = $state.raw<Problem | null>(null);
  readonly #work: () => Promise<void>;
  #n_runs = 0;

  /** `work` keeps what it fetched; call this while a component starts. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
    $effect(() => {
      void live.epoch;
      untrack(() => void this.run());
    });
  }

  run = async (): Promise<void> => {
    this.#n_runs += 1;
    const run = this.#n_runs;
    if (this.state !== "ready") this.state = "loading";
    this.problem = null;
    try {
      await live.ready();
      await this.#work();
      if (run === this.#n_runs) this.state = "ready";
    } catch (thrown) {
      if (run !== this.#n_runs) return;
      this.problem = asProblem(thrown);
      if (this.state !== "ready") this.state = "failed";
    }
  };
}

/** One action of a form: busy while it runs, then done or with its problem. */
export class Doing {
  isBusy = $state(false);
  problem = $state.raw<Problem | null>(null);

  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
