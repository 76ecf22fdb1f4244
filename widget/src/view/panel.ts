// The panel: puts the parts together, and keeps the focus where people expect it.
import { attach, floatingRoot } from "../float";
import { viewOf, type State, type View } from "../state";
import css from "../panel.css";
import { createClosing } from "./closing";
import { createComposer, type Composer, type Draft } from "./composer";
import { createEarlier } from "./earlier";
import { fill, h } from "./element";
import { createHeader } from "./header";
import { createLog } from "./log";
import type { Part, Surface } from "./part";

export interface Panel {
  show(takesFocus: boolean): void;
  hide(): void;
}

export function createPanel(surface: Surface, draft: Draft, close: () => void): Panel {
  const { speech, widget } = surface;
  const { host, root } = floatingRoot("evenkeel-panel", css);
  const composer = createComposer(surface, draft);
  const closing = createClosing(surface);
  const header = createHeader(surface, {
    close,
    person: () => askForPerson(surface, composer),
  });
  const banner = h("p", { class: "banner", role: "status" });
  const drop = h(
    "div",
    { class: "drop", hidden: true, "aria-hidden": "true" },
    speech.say("file_drop"),
  );
  const parts: Part[] = [header, createLog(surface), createEarlier(surface), closing, composer];
  const panel = h("section", { class: "panel", role: "dialog", "aria-modal": "false" });
  panel.setAttribute("aria-labelledby", "evenkeel-title");
  panel.lang = speech.locale;
  panel.dir = speech.direction;
  panel.append(header.element, banner, ...parts.slice(1).map((part) => part.element), drop);
  root.append(panel);
  host.hidden = true;

  let before: View | null = null;
  const draw = (state: State) => {
    if (host.hidden) return;
    const view = viewOf(state);
    const hadFocus = root.activeElement;
    banner.hidden = view.banner === null;
    fill(banner, view.banner, () => [view.banner && speech.say(view.banner)]);
    for (const part of parts) part.update(view, state);
    keepFocus(view, before, hadFocus);
    before = view;
  };

  /** What had the focus may have gone from the screen; its successor takes it over. */
  const keepFocus = (view: View, earlier: View | null, hadFocus: Element | null) => {
    if (!earlier || !hadFocus || isShown(hadFocus)) return;
    if (view.screen === "list") return;
    if (view.conversation?.state === "closed") closing.focus();
    else composer.focus();
  };

  let isDue = false;
  widget.subscribe(() => {
    if (isDue) return;
    isDue = true;
    // Several facts often arrive in one go; they are drawn together.
    queueMicrotask(() => {
      isDue = false;
      draw(widget.state());
    });
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (widget.state().screen === "list") {
      widget.showList(false);
      composer.focus();
    } else {
      close();
    }
  });
  takeDrops(panel, drop, (files) => composer.addFiles(files));
  followKeyboard(panel);

  return {
    show(takesFocus) {
      if (!host.isConnected) attach(host);
      setHidden(host, false);
      draw(widget.state());
      if (!takesFocus) return;
      if (viewOf(widget.state()).conversation?.state === "closed") closing.focus();
      else composer.focus();
    },
    hide: () => setHidden(host, true),
  };
}

/** With what is written, if anything is: nobody should have to say it twice. */
function askForPerson({ widget }: Surface, composer: Composer): void {
  const written = composer.take();
  if (written) widget.askForPerson(written.text, written.files);
  composer.focus();
}

function setHidden(host: HTMLElement, isHidden: boolean): void {
  host.hidden = isHidden;
  // The inline display that guards against the page's styles would also beat `hidden`.
  host.style.setProperty("display", isHidden ? "none" : "block", "important");
}

function isShown(element: Element): boolean {
  return element.isConnected && element.closest("[hidden]") === null;
}

function takeDrops(panel: HTMLElement, veil: HTMLElement, add: (files: FileList) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  panel.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  panel.addEventListener("dragleave", (event) => {
    if (!panel.contains(event.relatedTarget as Node | null)) veil.hidden = true;
  });
  panel.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}

/** On phones the keyboard covers the page; the panel keeps to the part that is left. */
function followKeyboard(panel: HTMLElement): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const fit = () => {
    panel.style.setProperty("--seen-height", `${viewport.height}px`);
    panel.style.setProperty("--seen-top", `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  fit();
}
