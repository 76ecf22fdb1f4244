// Files on their way into a message: checked kindly, uploaded at once, shown until they are sent.
import { Problem } from "../api";
import { FILE_BYTES_MAX, FILES_PER_MESSAGE_MAX } from "../limits";
import type { FileRef } from "../types";
import { h, iconButton } from "./element";
import type { Surface } from "./part";

export interface Attachments {
  element: HTMLElement;
  add(files: Iterable<File>): void;
  ready(): FileRef[];
  isUploading(): boolean;
  clear(): void;
}

/** What people send to a service desk; the desk itself has the last word. */
export const ACCEPTED = [
  "image/*",
  "application/pdf",
  "text/plain",
  "text/csv",
  ".doc",
  ".docx",
  ".xls",
  ".xlsx",
  ".odt",
  ".ods",
];

interface Item {
  file: File;
  ref: FileRef | null;
  element: HTMLElement;
}

export function createAttachments(
  surface: Surface,
  tell: (what: string) => void,
  onChange: () => void,
): Attachments {
  const { speech, widget, previews } = surface;
  const element = h("ul", { class: "attachments", hidden: true });
  let items: Item[] = [];

  const changed = () => {
    element.hidden = items.length === 0;
    element.replaceChildren(...items.map((item) => item.element));
    onChange();
  };
  const drop = (item: Item) => {
    items = items.filter((other) => other !== item);
    changed();
  };

  const start = async (item: Item) => {
    const { name } = item.file;
    try {
      item.ref = await widget.upload(item.file);
      previews.keep(item.ref, item.file);
      item.element.classList.remove("is-uploading");
      item.element.querySelector(".upload-note")?.remove();
      onChange();
    } catch (error) {
      const why = error instanceof Problem ? [error.detail, error.hint] : [];
      tell([speech.say("file_failed", { name }), ...why].filter(Boolean).join(" "));
      drop(item);
    }
  };

  const addOne = (file: File) => {
    const refusal = refusalOf(file, items.length, surface);
    if (refusal) return tell(refusal);
    const item: Item = { file, ref: null, element: h("li", { class: "is-uploading" }) };
    item.element.append(
      h("bdi", { class: "file-name" }, file.name),
      h("span", { class: "file-size" }, speech.size(file.size)),
      h(
        "span",
        { class: "for-ears upload-note" },
        speech.say("file_uploading", { name: file.name }),
      ),
      iconButton("close", speech.say("file_remove", { name: file.name }), () => drop(item)),
    );
    items.push(item);
    changed();
    void start(item);
  };

  return {
    element,
    add(files) {
      tell("");
      for (const file of files) addOne(file);
    },
    ready: () => items.flatMap((item) => (item.ref ? [item.ref] : [])),
    isUploading: () => items.some((item) => item.ref === null),
    clear() {
      items = [];
      changed();
    },
  };
}

export function isAccepted(file: Pick<File, "name" | "type">): boolean {
  const name = file.name.toLowerCase();
  return ACCEPTED.some((kind) => {
    if (kind.startsWith(".")) return name.endsWith(kind);
    // A picture with script in it is no picture.
    if (kind === "image/*") return file.type.startsWith("image/") && !file.type.includes("svg");
    return file.type === kind;
  });
}

function refusalOf(file: File, n_items: number, { speech }: Surface): string | null {
  const { name } = file;
  if (n_items >= FILES_PER_MESSAGE_MAX) {
    return speech.say("file_too_many", { n: FILES_PER_MESSAGE_MAX });
  }
  if (file.size > FILE_BYTES_MAX) {
    return speech.say("file_too_large", { name, size: speech.size(FILE_BYTES_MAX) });
  }
  if (file.size === 0) return speech.say("file_empty", { name });
  return isAccepted(file) ? null : speech.say("file_type", { name });
}
