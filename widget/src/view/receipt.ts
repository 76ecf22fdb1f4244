// The receipt of a customer who waits for a person: a number to keep, and an honest place.
import type { View } from "../state";
import { h, icon } from "./element";
import type { Surface } from "./part";

export type ReceiptView = NonNullable<View["receipt"]>;

export function receiptCard(receipt: ReceiptView, { speech }: Surface): HTMLElement {
  const { say } = speech;
  const number = `#${receipt.reference}`;
  const copied = h("span", { class: "for-ears", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "copy",
      "aria-label": say("copy", { number }),
      title: say("copy", { number }),
    },
    h("bdi", { dir: "ltr" }, number),
    icon("copy"),
  );
  copy.addEventListener("click", () => {
    const done = () => {
      copied.textContent = say("copied");
      copied.className = "copied";
    };
    void copyText(number, copy).then(done, () => undefined);
  });
  return h(
    "section",
    { class: "receipt", "aria-label": say("receipt") },
    h("h3", {}, say("receipt")),
    h(
      "dl",
      {},
      h("dt", {}, say("place")),
      h("dd", { class: "place" }, placeWords(receipt, speech)),
      h("dt", {}, say("reference")),
      h("dd", {}, copy, copied),
      ...(receipt.topic
        ? [h("dt", {}, say("topic")), h("dd", {}, h("bdi", {}, receipt.topic))]
        : []),
    ),
    h("p", { class: "promise", dir: "auto" }, receipt.promise),
    receipt.available === false && receipt.hours !== "" && !receipt.promise.includes(receipt.hours)
      ? h("p", { class: "promise" }, say("away", { hours: receipt.hours }))
      : null,
  );
}

function placeWords(receipt: ReceiptView, { say, number }: Surface["speech"]): string {
  const place = receipt.place_now;
  if (place === null) return "–";
  return place === 1 ? `${number(1)} · ${say("place_next")}` : number(place);
}

/** Pages without a secure context have no clipboard to write to; the number can be selected. */
async function copyText(text: string, from: HTMLElement): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection()?.selectAllChildren(from);
  throw new Error("no clipboard");
}
