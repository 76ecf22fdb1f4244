// Where the customer writes: a field that grows, files, and a way to send.
import * as limits from "../limits";
import type { FileRef } from "../types";
import { ACCEPTED, createAttachments } from "./attachments";
import { h, iconButton } from "./element";
import type { Part, Surface } from "./part";

export interface Composer extends Part {
  focus(): void;
  addFiles(files: Iterable<File>): void;
  /** What is written and ready, and an empty field after it; null while it cannot be sent. */
  take(): { text: string; files: FileRef[] } | null;
}

export interface Draft {
  read(): string;
  write(text: string): void;
}

export function createComposer(surface: Surface, draft: Draft): Composer {
  const { speech, widget } = surface;
  const { say } = speech;
  const field = h("textarea", { rows: 1, placeholder: say("write"), "aria-label": say("write") });
  field.setAttribute("dir", "auto");
  const note = h("p", { class: "note", role: "status" });
  const counter = h("p", { class: "counter", "aria-live": "polite" });
  const send = iconButton("send", say("send"), () => submit());
  send.className = "icon-button send";
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1 });
  picker.accept = ACCEPTED.join(",");
  const attach = iconButton("clip", say("attach"), () => picker.click());

  const tell = (what: string) => {
    note.textContent = what;
    note.hidden = what === "";
  };
  const attachments = createAttachments(surface, tell, () => refresh());

  const textOf = () => field.value.trim();
  const overBy = () => [...textOf()].length - limits.MESSAGE_CHARACTERS_MAX;
  const canSend = () =>
    (textOf() !== "" || attachments.ready().length > 0) &&
    overBy() <= 0 &&
    !attachments.isUploading();

  const refresh = () => {
    send.setAttribute("aria-disabled", String(!canSend()));
    const left = -overBy();
    counter.hidden = left > limits.MESSAGE_CHARACTERS_WARN;
    counter.classList.toggle("is-over", left < 0);
    if (!counter.hidden) {
      counter.textContent = left < 0 ? say("over", { n: -left }) : say("left", { n: left });
    }
    grow(field);
  };

  const clear = () => {
    field.value = "";
    draft.write("");
    attachments.clear();
    tell("");
  };

  const take = () => {
    const isEmpty = textOf() === "" && !attachments.ready().length && !attachments.isUploading();
    if (!isEmpty && !canSend()) return null;
    return { text: textOf(), files: attachments.ready() };
  };

  const submit = () => {
    if (canSend()) {
      if (widget.send(textOf(), attachments.ready())) clear();
      else tell(say("outbox_full"));
      refresh();
    }
    field.focus();
  };

  field.addEventListener("input", () => {
    draft.write(field.value);
    refresh();
    if (textOf()) widget.typed();
  });
  field.addEventListener("keydown", (event) => {
    // Enter also ends the composition of a character; 229 is what older browsers say then.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229)
      return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    attachments.add(files);
  });
  picker.addEventListener("change", () => {
    attachments.add(picker.files ?? []);
    picker.value = "";
    field.focus();
  });

  field.value = draft.read();
  tell("");
  refresh();
  const row = h("div", { class: "composer-row" }, attach, field, send, picker);
  const element = h("div", { class: "composer" }, note, attachments.element, row, counter);
  return {
    element,
    focus: () => field.focus({ preventScroll: true }),
    addFiles: (files) => attachments.add(files),
    take() {
      const taken = take();
      if (taken) clear();
      refresh();
      return taken;
    },
    update(view) {
      const isClosed = view.conversation?.state === "closed";
      element.hidden = view.screen !== "conversation" || isClosed;
      if (!element.hidden) grow(field);
    },
  };
}

/** As high as what is written, up to a few lines; then it scrolls. */
function grow(field: HTMLTextAreaElement): void {
  field.style.height = "auto";
  const style = getComputedStyle(field);
  const frame = field.offsetHeight - field.clientHeight;
  const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
  const line = Number.parseFloat(style.lineHeight) || 23;
  const height_max = line * limits.COMPOSER_LINES_MAX + padding;
  if (field.scrollHeight > 0) {
    field.style.height = `${Math.min(field.scrollHeight, height_max) + frame}px`;
  }
  field.style.overflowY = field.scrollHeight > height_max + 1 ? "auto" : "hidden";
}
