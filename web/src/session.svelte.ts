// Who is signed in, and the way back to where one was when the session ends.
import * as calls from "./api/calls.ts";
import { onAnswered, onSignedOut } from "./api/client.ts";
import { asProblem, type Problem } from "./api/problem.ts";
import type { Role } from "./api/types.ts";
import { live } from "./live/desk.svelte.ts";
import { route } from "./route.svelte.ts";

class Session {
  state = $state<"unknown" | "signed-out" | "signed-in" | "failed">("unknown");
  problem = $state.raw<Problem | null>(null);

  constructor() {
    onSignedOut(() => this.#ended());
    onAnswered((answered) => live.heard(answered));
  }

  get role(): Role {
    return live.me?.role ?? "agent";
  }

  /** Leads and owners change topics, articles and the desk; the desk itself refuses the others. */
  get mayLead(): boolean {
    return this.role !== "agent";
  }

  async open(): Promise<void> {
    this.state = "unknown";
    this.problem = null;
    try {
      const me = await calls.me();
      live.start(me, () => this.#ended());
      this.state = "signed-in";
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status === 401) return;
      this.problem = problem;
      this.state = "failed";
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    await calls.signIn(email, password);
    await this.#signedIn();
  }

  /** By the link of a letter. */
  async choosePassword(token: string, password: string): Promise<void> {
    await calls.choosePassword(token, password);
    await this.#signedIn();
  }

  async #signedIn(): Promise<void> {
    await this.open();
    live.tellSessionChanged();
    await route.go(this.#wayBack(), "replace");
  }

  async signOut(): Promise<void> {
    await calls.signOut();
    live.tellSessionChanged();
    this.#leave("/sign-in");
  }

  #ended(): void {
    const { screen } = route.place;
    const isPublic = ["sign-in", "setup", "password", "join"].includes(screen);
    if (this.state === "signed-out" || isPublic) {
      this.state = "signed-out";
      live.stop();
      return;
    }
    const from = location.pathname + location.search;
    this.#leave(from === "/" ? "/sign-in" : `/sign-in?from=${encodeURIComponent(from)}`);
  }

  #leave(path: string): void {
    this.state = "signed-out";
    live.stop();
    route.setGuard(null);
    void route.go(path, "replace");
  }

  /** Only a path of this app: an address from outside must not become a way out of it. */
  #wayBack(): string {
    const from = route.place.search.get("from") ?? "";
    return /^\/[a-z]/.test(from) ? from : "/inbox";
  }
}

export const session = new Session();
