// What is needed against who is there: gaps in words, and the geometry of the chart.
import { scaleLinear } from "d3-scale";
import type { PlannedHalfhour } from "../../api/types.ts";
import { clockOf, dayOf, hours } from "../shifts/times.ts";

/** People who are there, with a shift or without. */
const there = (one: PlannedHalfhour) => one.n_regular + one.n_covered;

export type Gap = { at: string; words: string };

/** Days on which people are short: how many hours, and where it is worst. */
export function gaps(halfhours: PlannedHalfhour[]): Gap[] {
  const days: { at: string; n_short: number; worst: PlannedHalfhour }[] = [];
  const short = (one: PlannedHalfhour) => Math.max(0, one.n_needed - there(one));
  for (const one of halfhours) {
    if (short(one) === 0) continue;
    const last = days.at(-1);
    if (last && dayOf(last.at) === dayOf(one.at)) {
      last.n_short += short(one);
      if (short(one) > short(last.worst)) last.worst = one;
    } else days.push({ at: one.at, n_short: short(one), worst: one });
  }
  return days.map(({ at, n_short, worst }) => {
    const n = short(worst);
    const people = n === 1 ? "1 person" : `${n} people`;
    return {
      at,
      words: `${dayOf(at)}: ${hours(n_short / 2)} short, most at ${clockOf(worst.at)}: ${people}`,
    };
  });
}

/** Hours of people that are needed, covered, and still short. */
export function totals(halfhours: PlannedHalfhour[]) {
  const sum = (of: (one: PlannedHalfhour) => number) =>
    halfhours.reduce((total, one) => total + of(one), 0) / 2;
  return {
    needed: sum((one) => one.n_needed),
    regular: sum((one) => Math.min(one.n_needed, one.n_regular)),
    covered: sum((one) => Math.min(one.n_needed, there(one)) - Math.min(one.n_needed, one.n_regular)),
    open: sum((one) => Math.max(0, Math.min(one.n_open, one.n_needed - there(one)))),
    short: sum((one) => Math.max(0, one.n_needed - there(one) - one.n_open)),
  };
}

export type NeedGeometry = {
  needed: string;
  regular: string;
  covered: string;
  open: string;
  ticks: { value: number; y: number }[];
  days: { at: string; x: number; width: number }[];
  ground: number;
};

/** Steps, one a half-hour: who is there, on top of them what is open, and the line of the need. */
export function needGeometry(
  halfhours: PlannedHalfhour[],
  size: { width: number; height: number; start: number },
): NeedGeometry {
  const largest = Math.max(
    2,
    ...halfhours.map((one) => Math.max(one.n_needed, there(one) + one.n_open)),
  );
  const up = scaleLinear().domain([0, largest]).nice(4).range([size.height, 8]);
  const n = Math.max(1, halfhours.length);
  const x = (nth: number) => size.start + ((size.width - size.start) * nth) / n;
  const steps = (of: (one: PlannedHalfhour) => number) =>
    halfhours.map((one, nth) => `H${x(nth).toFixed(1)}V${up(of(one)).toFixed(1)}H${x(nth + 1).toFixed(1)}`).join("");
  const area = (of: (one: PlannedHalfhour) => number) =>
    `M${size.start} ${size.height}${steps(of)}V${size.height}Z`;
  const days: NeedGeometry["days"] = [];
  halfhours.forEach((one, nth) => {
    const last = days.at(-1);
    if (last && dayOf(last.at) === dayOf(one.at)) last.width = x(nth + 1) - last.x;
    else days.push({ at: one.at, x: x(nth), width: x(nth + 1) - x(nth) });
  });
  const first = halfhours[0];
  return {
    needed: first ? `M${size.start} ${up(first.n_needed)}${steps((one) => one.n_needed)}` : "",
    regular: area((one) => one.n_regular),
    covered: area(there),
    open: area((one) => there(one) + one.n_open),
    ticks: up
      .ticks(4)
      .filter(Number.isInteger)
      .map((value) => ({ value, y: up(value) })),
    days,
    ground: size.height,
  };
}
