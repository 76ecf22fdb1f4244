// The head of the panel: whose desk it is, who answers now, and the way to a person.
import type { Speech } from "../locale";
import type { Answering, View } from "../state";
import { fill, h, iconButton, mark } from "./element";
import type { Part, Surface } from "./part";

export interface HeaderActions {
  close(): void;
  person(): void;
}

export function createHeader(surface: Surface, actions: HeaderActions): Part {
  const { widget, speech } = surface;
  const { say } = speech;
  const title = h("h2", { class: "title", id: "evenkeel-title" });
  const answering = h("p", { class: "answering", role: "status" });
  const person = h("button", { type: "button", class: "person" });
  const list = iconButton("list", say("earlier"), () =>
    widget.showList(widget.state().screen !== "list"),
  );
  const begin = iconButton("new", say("new"), () => widget.begin());
  person.addEventListener("click", () => {
    if (person.getAttribute("aria-disabled") !== "true") actions.person();
  });
  const element = h(
    "header",
    { class: "header" },
    h(
      "div",
      { class: "header-row" },
      title,
      list,
      begin,
      iconButton("close", say("close"), actions.close),
    ),
    h("div", { class: "header-row header-who" }, answering, person),
  );
  return {
    element,
    update(view, state) {
      title.textContent = state.config?.desk_name ?? "";
      list.setAttribute("aria-expanded", String(view.screen === "list"));
      list.hidden = view.earlier.length === 0;
      begin.hidden = view.conversation === null && view.screen === "conversation";
      drawAnswering(answering, view, speech);
      drawPerson(person, view, speech);
    },
  };
}

function drawAnswering(element: HTMLElement, view: View, speech: Speech): void {
  const { answering } = view;
  const isClosed = view.conversation?.state === "closed";
  fill(element, [answering, isClosed], () =>
    isClosed
      ? [speech.say("closed")]
      : [mark(markOf(answering)), h("span", {}, answeringWords(answering, speech))],
  );
  element.className = `answering answering-${isClosed ? "closed" : answering.kind}`;
}

function markOf(answering: Answering): "ai" | "agent" | "waiting" {
  return answering.kind === "assistant" ? "ai" : answering.kind;
}

function answeringWords(answering: Answering, { say }: Speech): string {
  if (answering.kind === "assistant") return say("assistant");
  if (answering.kind === "agent") return answering.name ?? say("agent");
  return answering.place === null
    ? say("waiting")
    : say("waiting_place", { place: answering.place });
}

/** There until the conversation is over; it rests, and says why, once somebody was asked. */
function drawPerson(button: HTMLButtonElement, view: View, { say }: Speech): void {
  const { kind } = view.answering;
  const words = view.is_asking_for_person
    ? "person_asking"
    : kind === "waiting"
      ? "person_asked"
      : "person";
  const isHere = kind === "agent";
  button.hidden = view.conversation?.state === "closed";
  button.setAttribute("aria-disabled", String(isHere || words !== "person"));
  button.title = isHere ? say("person_here") : "";
  fill(button, words, () => [say(words)]);
}
