// Where one is: the address bar is the only place that knows.

export type Screen =
  | "inbox"
  | "articles"
  | "topics"
  | "balance"
  | "reviews"
  | "approvals"
  | "impact"
  | "what-if"
  | "overview"
  | "shifts"
  | "planner"
  | "settings"
  | "sign-in"
  | "setup"
  | "password"
  | "join"
  | "lost";
export type Place = { screen: Screen; parts: string[]; search: URLSearchParams; hash: string };

const SCREENS: Screen[] = [
  "inbox",
  "articles",
  "topics",
  "balance",
  "reviews",
  "approvals",
  "impact",
  "what-if",
  "overview",
  "shifts",
  "planner",
  "settings",
  "sign-in",
  "setup",
  "password",
  "join",
];

export function placeOf(address: { pathname: string; search: string; hash: string }): Place {
  const [first = "", ...parts] = address.pathname.split("/").filter(Boolean).map(decoded);
  const screen = first === "" ? "inbox" : (SCREENS.find((name) => name === first) ?? "lost");
  const hash = address.hash.slice(1);
  return { screen, parts, search: new URLSearchParams(address.search), hash };
}

class Route {
  place = $state.raw<Place>(placeOf(location));
  #path = currentPath();
  #guard: (() => Promise<boolean>) | null = null;

  constructor() {
    addEventListener("popstate", () => void this.#wentBack());
    addEventListener("beforeunload", (event) => {
      if (this.#guard) event.preventDefault();
    });
    document.addEventListener("click", (event) => this.#followLink(event));
  }

  /** Asked before leaving; true lets go. */
  setGuard(guard: (() => Promise<boolean>) | null): void {
    this.#guard = guard;
  }

  async go(path: string, how: "push" | "replace" = "push"): Promise<void> {
    if (path === this.#path) return;
    if (!(await this.#mayLeave())) return;
    if (how === "push") history.pushState(null, "", path);
    else history.replaceState(null, "", path);
    this.#arrive();
  }

  #arrive(): void {
    this.#path = currentPath();
    this.place = placeOf(location);
  }

  /** The browser has already moved: a guarded page first steps back to where it was. */
  async #wentBack(): Promise<void> {
    if (!this.#guard) return this.#arrive();
    const target = currentPath();
    history.pushState(null, "", this.#path);
    if (!(await this.#mayLeave())) return;
    history.replaceState(null, "", target);
    this.#arrive();
  }

  async #mayLeave(): Promise<boolean> {
    if (this.#guard && !(await this.#guard())) return false;
    this.#guard = null;
    return true;
  }

  #followLink(event: MouseEvent): void {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const link = (event.target as Element).closest?.("a");
    if (!link || !isPlain || event.defaultPrevented || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (placeOf(link).screen === "lost") return;
    event.preventDefault();
    void this.go(link.pathname + link.search + link.hash);
  }
}

export const route = new Route();

function currentPath(): string {
  return location.pathname + location.search + location.hash;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
