// What every part of the panel is given, and what it can do.
import type { Speech } from "../locale";
import type { State, View } from "../state";
import type { Widget } from "../widget";
import type { Previews } from "./previews";

export interface Surface {
  base: string;
  speech: Speech;
  widget: Widget;
  previews: Previews;
}

export interface Part {
  element: HTMLElement;
  update(view: View, state: State): void;
}
