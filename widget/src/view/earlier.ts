// The customer's conversations, newest first.
import type { WidgetConversation } from "../types";
import { fill, h } from "./element";
import type { Part, Surface } from "./part";

export function createEarlier(surface: Surface): Part {
  const { speech } = surface;
  const heading = h("h3", { tabindex: -1 }, speech.say("earlier"));
  const list = h("ul", {});
  const element = h("nav", { class: "earlier", hidden: true }, heading, list);
  element.setAttribute("aria-label", speech.say("earlier"));
  return {
    element,
    update(view, state) {
      const wasHidden = element.hidden;
      element.hidden = view.screen !== "list";
      if (element.hidden) return;
      fill(list, [view.earlier, state.current], () =>
        view.earlier.length
          ? view.earlier.map((conversation) => item(conversation, state.current, surface))
          : [h("li", { class: "hours" }, speech.say("earlier_none"))],
      );
      if (wasHidden) heading.focus({ preventScroll: true });
    },
  };
}

function item(
  conversation: WidgetConversation,
  current: string | null,
  { speech, widget }: Surface,
): HTMLElement {
  const { id, number, topic, updated_at } = conversation;
  const button = h(
    "button",
    { type: "button", "aria-current": String(id === current), onclick: () => widget.select(id) },
    h("span", { class: "earlier-title" }, h("bdi", {}, topic ?? stateWords(conversation, speech))),
    h("bdi", { class: "earlier-number", dir: "ltr" }, `#${number}`),
    h(
      "span",
      { class: "earlier-line" },
      [speech.day(updated_at), topic ? stateWords(conversation, speech) : ""]
        .filter(Boolean)
        .join(" · "),
    ),
  );
  return h("li", {}, button);
}

function stateWords(conversation: WidgetConversation, { say }: Surface["speech"]): string {
  if (conversation.state === "closed") return say("closed");
  if (conversation.handler === "queue") return say("waiting");
  return conversation.handler === "agent"
    ? (conversation.agent_name ?? say("agent"))
    : say("assistant");
}
