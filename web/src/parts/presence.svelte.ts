// One's own presence: whether the queue may count on this person.
import * as calls from "../api/calls.ts";
import { asProblem, type Problem } from "../api/problem.ts";
import { live } from "../live/desk.svelte.ts";

class OwnPresence {
  isBusy = $state(false);
  problem = $state.raw<Problem | null>(null);

  get isAvailable(): boolean {
    return live.me?.presence === "available";
  }

  async toggle(): Promise<void> {
    this.isBusy = true;
    this.problem = null;
    try {
      live.agents.put(await calls.setPresence(this.isAvailable ? "away" : "available"));
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
    this.isBusy = false;
  }
}

export const presence = new OwnPresence();
