// The bubble: the one thing that a page shows before anybody asks for more.
import css from "./bubble.css";
import { attach, floatingRoot } from "./float";
import { directionOf, languageOf } from "./language";

export interface Bubble {
  show(): void;
  setOpen(isOpen: boolean): void;
  /** True when the figure has changed. */
  setUnread(n_unread: number): boolean;
  setFailed(): void;
  focus(): void;
}

/** One word is enough: the button's state says open or closed, and the figure what is new. */
const NAMES: Record<string, string> = { ar: "محادثة", he: "צ׳אט", sv: "Chatt" };
const SPEECH = "M4 4h16v13h-8l-5 4v-4H4z";
const CHEVRON = "M5 9l7 7 7-7";

export function createBubble(locale: string, onToggle: () => void, onNear: () => void): Bubble {
  const { host, root } = floatingRoot("evenkeel-bubble", css);
  const name = NAMES[languageOf(locale)] ?? "Chat";
  const button = document.createElement("button");
  const path = icon(button);
  const badge = document.createElement("span");
  let isOpen = false;
  let n_unread = 0;

  const draw = (news: string) => {
    button.setAttribute("aria-label", news ? `${name} (${news})` : name);
    button.setAttribute("aria-expanded", String(isOpen));
    path.setAttribute("d", isOpen ? CHEVRON : SPEECH);
    badge.textContent = news;
    badge.hidden = !news;
  };
  const count = () => (n_unread > 9 ? "9+" : n_unread ? String(n_unread) : "");

  button.type = "button";
  button.lang = locale;
  button.dir = directionOf(locale);
  button.append(badge);
  button.addEventListener("click", onToggle);
  // A pointer or the focus on the bubble is a hint: the panel opens sooner.
  for (const hint of ["pointerenter", "focus"]) {
    button.addEventListener(hint, onNear, { once: true });
  }
  root.append(button);
  draw("");

  return {
    show: () => attach(host),
    setOpen(next) {
      isOpen = next;
      draw(count());
    },
    setUnread(next) {
      const isChanged = next !== n_unread;
      n_unread = next;
      draw(count());
      return isChanged;
    },
    setFailed: () => draw("!"),
    focus: () => button.focus(),
  };
}

function icon(button: HTMLElement): SVGPathElement {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  const path = document.createElementNS(name, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(path);
  button.append(svg);
  return path;
}
