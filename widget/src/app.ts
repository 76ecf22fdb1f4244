// The app: wires the widget to the page and its panel, and hands itself to the loader.
import type { App, AppScript, Bridge } from "./bridge";
import { realClock } from "./clock";
import { loadWords, speak, type Speech } from "./locale";
import type { State } from "./state";
import { openStorage } from "./storage";
import { createPanel } from "./view/panel";
import type { Draft } from "./view/composer";
import { createPreviews } from "./view/previews";
import { createWidget, type Widget } from "./widget";

async function mount(bridge: Bridge): Promise<App> {
  const { base, inbox, locale } = bridge;
  const get: typeof fetch = (input, init) => fetch(input, init);
  const speech = speak(regional(locale), await loadWords(base, locale, get));
  const storage = openStorage(inbox, () => localStorage);
  const widget = createWidget({
    base,
    inbox,
    locale,
    fetch: get,
    clock: realClock,
    storage,
    is_online: navigator.onLine,
    say: (key) => speech.say(key),
    warn: bridge.warn,
    uuid,
  });
  const panel = openPanel(widget, speech, bridge);
  watchPage(widget);
  tellMessages(widget, bridge);
  widget.start(bridge.config, bridge.identity);
  return {
    open({ takesFocus }) {
      panel.show(takesFocus);
      widget.open();
    },
    close() {
      widget.close();
      panel.hide();
    },
    identify: (identity) => widget.identify(identity),
    reset: () => widget.reset(),
  };
}

/** "en" says nothing about how a date is written; the browser's own region for it does. */
function regional(locale: string): string {
  const isSame = (tag: string) => tag.startsWith(`${locale}-`);
  return navigator.languages.find(isSame) ?? locale;
}

function openPanel(widget: Widget, speech: Speech, bridge: Bridge) {
  const previews = createPreviews((file) => widget.download(file));
  const draft = draftOf(bridge.inbox);
  const surface = { base: bridge.base, speech, widget, previews };
  const panel = createPanel(surface, draft, () => {
    widget.close();
    panel.hide();
    bridge.closed();
  });
  return panel;
}

function watchPage(widget: Widget): void {
  addEventListener("online", () => widget.online(true));
  addEventListener("offline", () => widget.online(false));
  document.addEventListener("visibilitychange", () => widget.visible(!document.hidden));
}

/** Host pages may want to know that something was answered; they are not given the words. */
function tellMessages(widget: Widget, bridge: Bridge): void {
  let known: State["messages"] | null = null;
  widget.subscribe((state) => {
    if (state.phase !== "ready" || state.messages === known) return;
    for (const message of Object.values(state.messages)) {
      const isNew = known !== null && !known[message.id];
      if (isNew && message.kind === "text" && message.author.type !== "customer") {
        bridge.emit("message", { author: message.author.type });
      }
    }
    known = state.messages;
  });
}

/** An unfinished message survives the way from page to page, but not the visit. */
function draftOf(inbox: string): Draft {
  const storage = openStorage(inbox, () => sessionStorage);
  return {
    read: () => storage.get("draft") ?? "",
    write: (text) => (text ? storage.set("draft", text) : storage.remove("draft")),
  };
}

/** Draws each digit that may vary: pages without a secure context have no ready-made UUID. */
function uuid(): string {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => {
    const drawn = crypto.getRandomValues(new Uint8Array(1))[0]!;
    return (Number(digit) ^ (drawn & (15 >> (Number(digit) / 4)))).toString(16);
  });
}

(document.currentScript as AppScript | null)?.evenkeelMount?.(mount);
