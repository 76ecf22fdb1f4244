// The end of a conversation: how it was, thanks, and the way to another one.
import { COMMENT_CHARACTERS_MAX } from "../limits";
import type { Key } from "../locale";
import type { View } from "../state";
import { fill, h } from "./element";
import type { Part, Surface } from "./part";

const SCORES = [1, 2, 3, 4, 5] as const;

export interface Closing extends Part {
  focus(): void;
}

export function createClosing(surface: Surface): Closing {
  const { widget, speech } = surface;
  const { say } = speech;
  const survey = h("div", { class: "survey" });
  const begin = h(
    "button",
    { type: "button", class: "main-button", onclick: () => widget.begin() },
    say("new"),
  );
  const heading = h("p", { class: "closed-line", tabindex: -1 }, say("closed_line"));
  const element = h("div", { class: "closing", hidden: true }, heading, survey, begin);
  return {
    element,
    focus: () => heading.focus({ preventScroll: true }),
    update(view) {
      const { conversation } = view;
      element.hidden = view.screen !== "conversation" || conversation?.state !== "closed";
      if (element.hidden || !conversation) return;
      const isRated = conversation.survey !== null;
      fill(survey, [conversation.id, isRated], () => [
        isRated ? thanks(view, surface) : form(surface),
      ]);
      begin.classList.toggle("is-quiet", !isRated);
    },
  };
}

function thanks(view: View, { speech }: Surface): HTMLElement {
  const score = view.conversation?.survey?.score;
  const words = score ? `${speech.number(score)} · ${speech.say(scoreKey(score))}` : "";
  return h(
    "p",
    { class: "thanks", role: "status" },
    speech.say("thanks"),
    h("span", { class: "given" }, words),
  );
}

function form(surface: Surface): HTMLElement {
  const { speech, widget } = surface;
  const { say } = speech;
  const comment = h("textarea", {
    rows: 2,
    dir: "auto",
    maxlength: COMMENT_CHARACTERS_MAX,
    placeholder: say("comment"),
    "aria-label": say("comment"),
  });
  const send = h("button", { type: "submit", class: "main-button" }, say("survey_send"));
  const note = h("p", { class: "note", role: "status", hidden: true });
  const more = h("div", { class: "survey-more", hidden: true }, comment, note, send);
  let score = 0;
  const choose = (chosen: number) => {
    score = chosen;
    more.hidden = false;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!score) return;
    widget.rate(score, comment.value).catch(() => {
      note.hidden = false;
      note.textContent = say("trouble");
    });
  };
  return h(
    "form",
    { onsubmit: submit },
    h(
      "fieldset",
      { class: "scores" },
      h("legend", {}, say("survey")),
      ...SCORES.map((value) => scoreChoice(value, surface, () => choose(value))),
    ),
    more,
  );
}

function scoreChoice(value: number, { speech }: Surface, choose: () => void): HTMLElement {
  return h(
    "label",
    { class: "score" },
    h("input", { type: "radio", name: "score", value, onchange: choose }),
    h("span", { class: "score-number" }, speech.number(value)),
    " ",
    h("span", { class: "score-word" }, speech.say(scoreKey(value))),
  );
}

function scoreKey(score: number): Key {
  return `score_${Math.min(5, Math.max(1, Math.round(score)))}` as Key;
}
