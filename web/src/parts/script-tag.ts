// The line that puts the widget on a page.

/** The key is made of safe letters by the desk; the origin is this page's own. */
export function scriptTag(inboxKey: string, origin = location.origin): string {
  return `<script async src="${origin}/widget/loader.js" data-inbox="${inboxKey}"><` + "/script>";
}
