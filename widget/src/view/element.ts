// Makes elements by hand: text is only ever text, so nothing that is said can become markup.

type Child = Node | string | null | false | undefined;
type Listener = (event: never) => void;
export type Properties = Record<string, string | number | boolean | null | undefined | Listener>;

/** `on…` properties are listeners, booleans are present or absent, all others are attributes. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.filter(isThere));
  return element;
}

export type IconName = "send" | "clip" | "close" | "list" | "new" | "file" | "copy";

/** Strokes on a grid of 20; `send` is turned by style where reading runs leftwards. */
const ICONS: Record<IconName, string> = {
  send: "M3 10h13M10.5 4.5 16 10l-5.5 5.5",
  clip:
    "M16 9.5l-6.2 6.2a3.6 3.6 0 0 1-5.1-5.1l6.7-6.7" +
    "a2.4 2.4 0 0 1 3.4 3.4l-6.6 6.6a1.2 1.2 0 0 1-1.7-1.7l6-6",
  close: "M5 5l10 10M15 5 5 15",
  list: "M4 5.5h12M4 10h12M4 14.5h8",
  new: "M10 4v12M4 10h12",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
  copy: "M7.5 7.5h8v8h-8zM4.5 12.5v-8h8",
};

export function icon(name: IconName): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name: IconName, label: string, act: () => void): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: act },
    icon(name),
  );
}

/** The author's mark: a square for AI, a circle for a person, a ring for nobody yet. */
export function mark(kind: "ai" | "agent" | "waiting"): HTMLElement {
  return h("span", { class: `mark mark-${kind}`, "aria-hidden": "true" });
}

/** Replaces children only when `fingerprint` changed, so that nothing is read out twice. */
export function fill(element: Element, fingerprint: unknown, make: () => Child[]): boolean {
  const next = JSON.stringify(fingerprint);
  const known = fingerprints.get(element);
  if (known === next) return false;
  fingerprints.set(element, next);
  element.replaceChildren(...make().filter(isThere));
  return true;
}

const fingerprints = new WeakMap<Element, string>();

function isThere(child: Child): child is Node | string {
  return child !== null && child !== false && child !== undefined;
}
