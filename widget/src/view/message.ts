// One row of the conversation: who, when, what, from which sources, and whether it arrived.
import type { Entry } from "../state";
import { parseText, type Block, type Line } from "../text";
import type { FileRef, Source } from "../types";
import { fill, h, icon, mark } from "./element";
import type { Surface } from "./part";

export interface Row {
  element: HTMLElement;
  update(entry: Entry, isFirst: boolean): void;
}

export function createRow(surface: Surface, entry: Entry): Row {
  const meta = h("div", { class: "meta" });
  const body = h("div", { class: "body" });
  const status = h("div", { class: "status" });
  const day = h("div", { class: "day" });
  const bubble = h("div", { class: "bubble" }, meta, body, status);
  const element = h("div", { class: `row from-${entry.from}` }, day, bubble);
  return {
    element,
    update(next, isFirst) {
      element.className = `row from-${next.from} is-${next.delivery}`;
      element.classList.toggle("starts-run", next.is_first_of_run);
      markAsGenerated(element, next.is_generated);
      drawDay(day, next, isFirst, surface);
      drawMeta(meta, next, surface);
      drawBody(body, next, surface);
      drawStatus(status, next, surface);
    },
  };
}

/** For machines: what AI wrote can be told from what people wrote. */
function markAsGenerated(element: HTMLElement, is_generated: boolean): void {
  if (is_generated) element.dataset["aiGenerated"] = "true";
  else delete element.dataset["aiGenerated"];
}

/** A conversation that begins today needs no date over it. */
function drawDay(element: HTMLElement, entry: Entry, isFirst: boolean, { speech }: Surface): void {
  const isToday = new Date(entry.at).toDateString() === new Date().toDateString();
  const isShown = entry.is_first_of_day && !(isFirst && isToday);
  const day = isShown ? speech.day(entry.at) : "";
  element.hidden = day === "";
  fill(element, day, () => [day]);
}

function drawMeta(element: HTMLElement, entry: Entry, { speech }: Surface): void {
  const { from, name, at, is_first_of_run } = entry;
  element.classList.toggle("for-ears", !is_first_of_run || from === "system");
  fill(element, [from, name, at, is_first_of_run], () => {
    if (from === "system") return [];
    const author =
      from === "you" ? speech.say("you") : from === "ai" ? speech.say("assistant") : name;
    return [
      from === "you" ? null : mark(from),
      h("span", { class: "author" }, h("bdi", {}, author || speech.say("agent"))),
      " ",
      h("time", { datetime: at }, speech.time(at)),
    ];
  });
}

function drawBody(element: HTMLElement, entry: Entry, surface: Surface): void {
  const { text, sources, files, code } = entry;
  fill(element, [text, sources, files.map((file) => file.id), code], () => [
    ...textNodes(text, sources, surface),
    ...(files.length
      ? [h("div", { class: "chips" }, ...files.map((f) => fileOf(f, surface)))]
      : []),
    ...(sources.length ? [sourceList(sources, surface)] : []),
  ]);
}

function textNodes(text: string, sources: Source[], surface: Surface): HTMLElement[] {
  const blocks = parseText(
    text,
    sources.map((source) => source.n),
  );
  const nodes = blocks.map((block) => blockNode(block, sources, surface));
  // An answer whose text does not place its numbers shows them at its end.
  const isPlaced = blocks.some((block) =>
    (block.kind === "list" ? block.items : block.lines).flat().some((p) => p.kind === "source"),
  );
  const last = nodes[nodes.length - 1];
  if (!isPlaced && last) {
    const target = last.lastElementChild?.tagName === "LI" ? last.lastElementChild : last;
    target.append(...sources.map((source) => sourceMark(source, surface)));
  }
  return nodes;
}

function blockNode(block: Block, sources: Source[], surface: Surface): HTMLElement {
  if (block.kind === "list") {
    const items = block.items.map((item) => h("li", {}, ...lineNodes(item, sources, surface)));
    return block.start === null
      ? h("ul", { dir: "auto" }, ...items)
      : h("ol", { dir: "auto", start: block.start }, ...items);
  }
  const lines = block.lines.flatMap((line, index) => [
    ...(index ? [h("br")] : []),
    ...lineNodes(line, sources, surface),
  ]);
  return h("p", { dir: "auto" }, ...lines);
}

function lineNodes(line: Line, sources: Source[], surface: Surface): (Node | string)[] {
  return line.map((piece) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "link") return outside(piece.href, {}, piece.text);
    const source = sources.find((candidate) => candidate.n === piece.n);
    return source ? sourceMark(source, surface) : "";
  });
}

function sourceMark(source: Source, { base, speech }: Surface): HTMLElement {
  const properties = { "aria-label": nameOf(source, speech), title: source.title };
  const number = `[${speech.number(source.n)}]`;
  return h("sup", {}, page(base, source, properties, number));
}

function nameOf({ n, title }: Source, speech: Surface["speech"]): string {
  return speech.say("source", { n, title });
}

function sourceList(sources: Source[], { base, speech }: Surface): HTMLElement {
  const items = sources.map((source) =>
    h(
      "li",
      {},
      h("span", { class: "source-number", "aria-hidden": "true" }, speech.number(source.n)),
      page(base, source, { "aria-label": nameOf(source, speech) }, h("bdi", {}, source.title)),
    ),
  );
  return h(
    "div",
    { class: "sources" },
    h("span", {}, speech.say("sources")),
    h("ul", {}, ...items),
  );
}

/** What a tool told has no page. */
function page(
  base: string,
  { article_id, slug }: Source,
  properties: Record<string, string>,
  content: Node | string,
): HTMLElement {
  if (!article_id) return h("span", {}, content);
  return outside(`${base}/help/${encodeURIComponent(slug)}`, properties, content);
}

function outside(href: string, properties: Record<string, string>, content: Node | string) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...properties }, content);
}

function fileOf(file: FileRef, surface: Surface): HTMLElement {
  const { previews, speech } = surface;
  const label = speech.say("file_open", { name: file.name });
  const button = h("button", { type: "button", class: "chip", "aria-label": label, title: label });
  button.addEventListener("click", () => {
    previews.save(file).catch(() => {
      button.replaceChildren(icon("file"), speech.say("file_unavailable", { name: file.name }));
    });
  });
  const plain = () => {
    button.className = "chip";
    button.replaceChildren(
      icon("file"),
      h("bdi", { class: "file-name" }, file.name),
      h("span", { class: "file-size" }, speech.size(file.size_bytes)),
    );
  };
  plain();
  if (previews.canShow(file)) void showPicture(button, file, surface, plain);
  return button;
}

async function showPicture(
  button: HTMLElement,
  file: FileRef,
  { previews }: Surface,
  plain: () => void,
): Promise<void> {
  try {
    const picture = h("img", { alt: file.name, src: await previews.address(file) });
    // A host page may forbid blob pictures; the file itself can still be saved.
    picture.addEventListener("error", plain);
    button.className = "chip is-picture";
    button.replaceChildren(picture);
  } catch {
    plain();
  }
}

function drawStatus(element: HTMLElement, entry: Entry, { speech, widget }: Surface): void {
  const { delivery, failure, key } = entry;
  element.hidden = delivery === "sent";
  fill(element, [delivery, failure], () => {
    if (delivery === "sent") return [];
    if (delivery === "sending")
      return [h("span", { "aria-hidden": "true" }, speech.say("sending"))];
    // The desk's own words may run the other way than the customer's.
    const why = h("bdi", {}, [failure?.detail, failure?.hint].filter(Boolean).join(" "));
    return [
      h("p", { class: "reason" }, `${speech.say("failed")} `, why),
      h("button", { type: "button", onclick: () => widget.retry(key) }, speech.say("retry")),
      h("button", { type: "button", onclick: () => widget.remove(key) }, speech.say("delete")),
    ];
  });
}
