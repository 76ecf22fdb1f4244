// What the loader and the app know of each other; they are two files that load at different times.
import type { Identity, WidgetConfig } from "./types";

export interface Bridge {
  base: string;
  inbox: string;
  locale: string;
  config: WidgetConfig | null;
  identity: Identity | null;
  /** Tells listeners on the host page. */
  emit(name: EventName, detail?: unknown): void;
  /** The panel was closed from within: the bubble takes the focus back. */
  closed(): void;
  warn(what: string): void;
}

export interface App {
  open(options: { takesFocus: boolean }): void;
  close(): void;
  identify(identity: Identity): void;
  reset(): void;
}

export type EventName = "ready" | "open" | "close" | "unread" | "message";

/** The app finds this on its own script element, so that nothing is left on the host's window. */
export interface AppScript extends HTMLScriptElement {
  evenkeelMount?(mount: (bridge: Bridge) => Promise<App>): void;
}

/** What host pages call as `window.evenkeel`. */
export interface Evenkeel {
  open(): void;
  close(): void;
  toggle(): void;
  identify(identity: Identity): void;
  reset(): void;
  /** The answer stops listening. */
  on(name: EventName, listener: (detail: unknown) => void): () => void;
}

declare global {
  interface Window {
    evenkeel?: Evenkeel;
    evenkeelIdentity?: Identity;
  }
}
