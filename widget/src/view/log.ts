// The conversation itself: the notice first, then every message, the receipt and who is writing.
import type { Entry, State, View } from "../state";
import { fill, h, mark } from "./element";
import { createRow, type Row } from "./message";
import type { Part, Surface } from "./part";
import { receiptCard } from "./receipt";

/** Nearer to the end than this, new messages are followed; farther up, somebody is reading. */
const FOLLOW_PX_MAX = 96;

export function createLog(surface: Surface): Part {
  const { speech, widget } = surface;
  const rows = new Map<string, Row>();
  const opening = h("div", { class: "opening" });
  const list = h("div", { class: "rows" });
  const receipt = h("div", { class: "receipt-place" });
  const typing = h("div", { class: "typing" });
  const told = h("p", { class: "told", role: "status" });
  const solved = h(
    "button",
    { type: "button", class: "quiet", onclick: () => void widget.solve().catch(() => undefined) },
    speech.say("solved"),
  );
  const choices = h("div", { class: "chips" });
  const content = h("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 });
  content.setAttribute("aria-label", speech.say("log"));
  content.append(opening, told, list, receipt, typing, choices, solved);
  let shown: string | null = null;
  let isPinned = true;
  content.addEventListener("scroll", () => (isPinned = isNearEnd(content)));
  // The composer grows, the survey appears, a picture arrives: the end stays in sight.
  new ResizeObserver(() => isPinned && toEnd(content)).observe(content);

  return {
    element: content,
    update(view, state) {
      content.hidden = view.screen !== "conversation";
      content.setAttribute("aria-busy", String(view.phase === "loading"));
      const isFollowing = isPinned || shown !== state.current;
      shown = state.current;
      drawOpening(opening, view, state, surface);
      told.hidden = view.told === null;
      fill(told, view.told, () => [view.told && speech.say(view.told)]);
      const added = drawRows(list, rows, view, surface);
      drawReceipt(receipt, list, rows, view, surface);
      drawTyping(typing, view, surface);
      fill(choices, view.choices, () => view.choices.map((text) => choice(text, surface)));
      solved.hidden = !view.can_close;
      if (isFollowing || added?.from === "you") follow(content, rows, added);
    },
  };
}

/** Before anything is sent: what the desk is, and that it is AI that answers. */
function drawOpening(element: HTMLElement, view: View, state: State, { speech }: Surface): void {
  const { config, phase } = state;
  const isNew = view.entries.length === 0 && view.conversation === null;
  const isToldBelow = view.entries.some((entry) => entry.code === "ai_notice");
  fill(element, [config, phase, isNew, isToldBelow], () => {
    if (!config || (phase === "loading" && isNew)) {
      return [phase === "failed" ? null : h("p", { class: "hours" }, speech.say("loading"))];
    }
    const notice = h(
      "p",
      { class: "notice", dir: "auto" },
      mark("ai"),
      h("span", {}, config.notice),
    );
    if (!isNew) return [isToldBelow ? null : notice];
    const hours = speech.say(config.available ? "available" : "away", { hours: config.hours });
    return [
      notice,
      h("p", { class: "greeting", dir: "auto" }, config.greeting),
      h("p", { class: "hours" }, hours),
    ];
  });
}

/** Keeps rows by key; the answer is the last one that is new. */
function drawRows(
  list: HTMLElement,
  rows: Map<string, Row>,
  view: View,
  surface: Surface,
): Entry | null {
  const keys = new Set(view.entries.map((entry) => entry.key));
  for (const [key, row] of rows) {
    if (keys.has(key)) continue;
    row.element.remove();
    rows.delete(key);
  }
  let added: Entry | null = null;
  let at: ChildNode | null = list.firstChild;
  const rowElements = new Set<Node>([...rows.values()].map((row) => row.element));
  for (const entry of view.entries) {
    let row = rows.get(entry.key);
    if (!row) {
      row = createRow(surface, entry);
      rows.set(entry.key, row);
      added = entry;
    }
    row.update(entry, entry === view.entries[0]);
    row.element.classList.toggle("is-notice", entry.code === "ai_notice");
    // The receipt may stand among the rows; moving rows past it would read them out again.
    while (at && !rowElements.has(at)) at = at.nextSibling;
    if (row.element === at) at = at.nextSibling;
    else list.insertBefore(row.element, at);
  }
  return added;
}

/** While waiting, the card stands where the desk spoke of it, or at the end. */
function drawReceipt(
  place: HTMLElement,
  list: HTMLElement,
  rows: Map<string, Row>,
  view: View,
  surface: Surface,
): void {
  const { receipt } = view;
  place.hidden = receipt === null;
  fill(place, receipt, () => [receipt && receiptCard(receipt, surface)]);
  const line = [...view.entries].reverse().find((entry) => entry.code === "receipt");
  const row = line && rows.get(line.key)?.element;
  for (const { element } of rows.values()) element.classList.remove("is-told-by-card");
  if (receipt && row) {
    row.classList.add("is-told-by-card");
    if (row.nextSibling !== place) row.after(place);
  } else if (place.previousSibling !== list) {
    list.after(place);
  }
}

function drawTyping(element: HTMLElement, view: View, { speech }: Surface): void {
  const author = view.typing;
  fill(element, author, () => {
    if (!author) return [];
    const name =
      author.type === "ai" ? speech.say("assistant") : (author.name ?? speech.say("agent"));
    return [
      mark(author.type === "ai" ? "ai" : "agent"),
      h("span", { class: "for-ears" }, speech.say("typing", { name })),
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    ];
  });
}

function choice(text: string, { widget }: Surface): HTMLElement {
  const onclick = () => void widget.send(text, []);
  return h("button", { type: "button", class: "chip", dir: "auto", onclick }, text);
}

function isNearEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOW_PX_MAX;
}

function toEnd(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
}

/** A new answer that is taller than the window is shown from its beginning. */
function follow(element: HTMLElement, rows: Map<string, Row>, added: Entry | null): void {
  const row = added && rows.get(added.key)?.element;
  const isTall = row && row.offsetHeight > element.clientHeight;
  if (isTall) element.scrollTop = row.offsetTop - element.offsetTop - 8;
  else toEnd(element);
}
