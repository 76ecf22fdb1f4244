// The loader: draws the bubble, keeps its badge, and fetches the app when somebody wants it.
import type { App, AppScript, Bridge, Evenkeel, EventName } from "./bridge";
import { createBubble } from "./bubble";
import { chooseLocale } from "./language";
import { UNREAD_POLL_MS } from "./limits";
import { keptToken, SESSION_KEY } from "./session-token";
import { prefixOf, readJson } from "./storage";
import type { Identity, WidgetConfig } from "./types";
import { countUnread, SEEN_KEY, type Seen } from "./unread";

const OPEN_KEY = "evenkeel:open";
/** Below this width the panel fills the screen; it is never opened without being asked for. */
const PHONE_PX_MAX = 480;

/** Answers that will not change by themselves; too many requests and a timeout will. */
const REFUSED = /^4(?!08|29)/;

function load(script: HTMLScriptElement): void {
  const base = new URL(script.src).href.replace(/\/widget\/loader\.js.*$/, "");
  const inbox = script.dataset["inbox"] ?? "";
  const locale = chooseLocale([
    script.dataset["locale"],
    document.documentElement.lang,
    ...navigator.languages,
  ]);
  const storage = { get: (key: string) => stored(() => localStorage, prefixOf(inbox) + key) };
  const listeners = new Map<string, Set<(detail: unknown) => void>>();
  const bubble = createBubble(
    locale,
    () => evenkeel.toggle(),
    () => void fetchApp(),
  );
  let identity: Identity | null = window.evenkeelIdentity ?? null;
  let config: WidgetConfig | null = null;
  let app: Promise<App> | null = null;
  let isOpen = false;

  const warn = (what: string) => console.warn(`evenkeel: ${what}`);

  const emit = (name: EventName, detail?: unknown) => {
    for (const listener of listeners.get(name) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        // A host page's mistake is theirs to see, and ours to survive.
        console.error(error);
      }
    }
  };

  const bridge = (): Bridge => ({
    base,
    inbox,
    locale,
    config,
    identity,
    emit,
    closed: () => {
      setOpen(false);
      bubble.focus();
    },
    warn,
  });

  const fetchApp = (): Promise<App> => {
    app ??= runApp(base, script.nonce).then((mount) => mount(bridge()));
    app.catch(() => {
      app = null;
    });
    return app;
  };

  const setOpen = (next: boolean) => {
    isOpen = next;
    bubble.setOpen(next);
    if (next) bubble.setUnread(0);
    remember(next);
    emit(next ? "open" : "close");
  };

  const open = async (takesFocus: boolean) => {
    if (isOpen) return;
    setOpen(true);
    try {
      const panel = await fetchApp();
      if (isOpen) panel.open({ takesFocus });
    } catch {
      setOpen(false);
      bubble.setFailed();
      warn(`app.js did not load; hint: script-src and connect-src must allow ${base}`);
    }
  };

  const read = async (path: string): Promise<unknown> => {
    const token = keptToken(storage, identity?.external_id ?? null);
    const answer = await fetch(`${base}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      credentials: "omit",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  /** Customers who never wrote cost the desk nothing: without a session there is no request. */
  const checkUnread = async () => {
    const seen = readJson<Seen>(storage, SEEN_KEY);
    const hasSession = keptToken(storage, identity?.external_id ?? null) !== null;
    if (isOpen || document.hidden || !hasSession || !seen || !Object.keys(seen).length) return;
    const n_unread = await countUnread(seen, read).catch(() => null);
    if (n_unread === null || isOpen) return;
    if (bubble.setUnread(n_unread)) emit("unread", n_unread);
  };

  const evenkeel: Evenkeel = {
    open: () => void open(true),
    close() {
      if (!isOpen) return;
      setOpen(false);
      tell(app, (panel) => panel.close());
    },
    toggle: () => (isOpen ? evenkeel.close() : evenkeel.open()),
    identify(next) {
      identity = next;
      tell(app, (panel) => panel.identify(next));
    },
    reset() {
      identity = null;
      // The app knows all that is kept; without any of it there is nothing to fetch the app for.
      if (app || storage.get(SESSION_KEY)) tell(fetchApp(), (panel) => panel.reset());
      bubble.setUnread(0);
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => set.delete(listener);
    },
  };

  const start = async () => {
    const query = new URLSearchParams({ inbox, locale });
    const answer = await fetch(`${base}/api/v1/widget/config?${query}`, {
      credentials: "omit",
    }).catch(() => null);
    if (answer && REFUSED.test(String(answer.status))) {
      warn(`data-inbox="${inbox}" is unknown to ${base}; hint: copy the script tag from Settings`);
      return;
    }
    // Without an answer the bubble still shows: the app goes on asking.
    config = answer?.ok ? await answer.json().catch(() => null) : null;
    bubble.show();
    emit("ready");
    const isAsked = "open" in script.dataset && script.dataset["open"] !== "false";
    if ((isAsked || stored(() => sessionStorage, OPEN_KEY)) && innerWidth > PHONE_PX_MAX)
      void open(false);
    void checkUnread();
    setInterval(() => void checkUnread(), UNREAD_POLL_MS);
    document.addEventListener("visibilitychange", () => void checkUnread());
  };

  window.evenkeel = evenkeel;
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => void start());
  } else {
    void start();
  }
}

function runApp(base: string, nonce: string): Promise<(bridge: Bridge) => Promise<App>> {
  return new Promise((resolve, reject) => {
    const script: AppScript = document.createElement("script");
    script.src = `${base}/widget/app.js`;
    if (nonce) script.nonce = nonce;
    script.evenkeelMount = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error("app.js"));
    };
    document.head.append(script);
  });
}

/** An app that did not load has been reported where it was opened; it has nothing to be told. */
function tell(app: Promise<App> | null, what: (panel: App) => void): void {
  app?.then(what, () => undefined);
}

/** An open panel stays open from page to page of the shop, but not for the next visit. */
function remember(isOpen: boolean): void {
  try {
    sessionStorage.setItem(OPEN_KEY, isOpen ? "1" : "");
  } catch {
    // Where storage is blocked, the panel starts closed.
  }
}

function stored(storage: () => Pick<Storage, "getItem">, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

const own =
  document.currentScript ?? document.querySelector('script[data-inbox][src*="/widget/loader.js"]');
if (own instanceof HTMLScriptElement && !window.evenkeel) load(own);
