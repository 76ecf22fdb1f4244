// Puts an element of ours on a page that we know nothing about, out of reach of its styles.

/** In the order that matters: `all` first, and each of them stronger than a page's own rule. */
const HOST_STYLE = [
  "all:initial",
  "display:block",
  "position:fixed",
  "z-index:2147483647",
  "",
].join("!important;");

/** The host element holds nothing but a shadow root; inline and important beats any page rule. */
export function floatingRoot(name: string, css: string): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement(name);
  host.style.cssText = HOST_STYLE;
  const root = host.attachShadow({ mode: "open" });
  adoptStyles(root, css);
  // A page's own keyboard shortcuts must not fire while somebody writes to us.
  for (const name of ["keydown", "keypress", "keyup"]) {
    host.addEventListener(name, (event) => event.stopPropagation());
  }
  return { host, root };
}

/** On the root element: pages replace, transform and hide their body. */
export function attach(host: HTMLElement): void {
  document.documentElement.append(host);
}

/** Constructed sheets are outside of style-src; the element is for browsers without them. */
function adoptStyles(root: ShadowRoot, css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }
}
