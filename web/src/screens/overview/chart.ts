// The geometry of the day's chart: AI above the keel line, people below it, on one scale.
import { scaleBand, scaleLinear } from "d3-scale";
import type { Overview } from "../../api/types.ts";

export type Bar = { hour: string; x: number; width: number; up: number; down: number };
export type DayGeometry = {
  bars: Bar[];
  keel: number;
  ticks: { value: number; above: number; below: number }[];
  labels: { x: number; hour: string }[];
};

/** One scale for both sides: a bar twice as long is twice as many, whoever answered. */
export function dayGeometry(
  hours: Overview["hours"],
  size: { width: number; height: number; start: number; labelEvery: number },
): DayGeometry {
  const keel = size.height / 2;
  const largest = Math.max(1, ...hours.map((hour) => Math.max(hour.by_ai, hour.by_people)));
  const length = scaleLinear()
    .domain([0, largest])
    .nice(3)
    .range([0, keel - 12]);
  const across = scaleBand<string>()
    .domain(hours.map((hour) => hour.hour))
    .range([size.start, size.width])
    .paddingInner(0.3);
  const bars = hours.map((hour) => ({
    hour: hour.hour,
    x: across(hour.hour) ?? 0,
    width: across.bandwidth(),
    up: length(hour.by_ai),
    down: length(hour.by_people),
  }));
  const ticks = length
    .ticks(2)
    .filter((value) => value > 0 && Number.isInteger(value))
    .map((value) => ({ value, above: keel - length(value), below: keel + length(value) }));
  const labels = bars
    .filter((_, at) => at % size.labelEvery === 0)
    .map((bar) => ({ x: bar.x + bar.width / 2, hour: bar.hour }));
  return { bars, keel, ticks, labels };
}
