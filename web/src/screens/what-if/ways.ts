// The picture of the ways of sharing the work: what a year costs across, bad outcomes up.
import { scaleLinear } from "d3-scale";
import type { WhatIf } from "../../api/types.ts";

export type Way = WhatIf["ways"][number];

/** What each way does, in words for a lead. */
export const WAYS: Record<Way["policy"], { name: string; words: string }> = {
  people: { name: "People alone", words: "people answer all" },
  cost: { name: "AI everywhere", words: "half for two weeks, then AI answers all: it is cheaper" },
  pooled: { name: "One test for all", words: "one comparison over all topics, then all or nothing" },
  peeking: {
    name: "Looking daily",
    words: "each topic until a usual test, looked at daily, says so; never taken back",
  },
  static: { name: "As today, fixed", words: "AI on the topics it has today, whatever happens" },
  balance: { name: "Evidence decides", words: "the ladder of this desk, from shadow on" },
  oracle: { name: "Who knew the truth", words: "AI exactly where it is truly good enough" },
};

export type Mark = {
  policy: Way["policy"];
  name: string;
  x: number;
  y: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  labelX: number;
  labelY: number;
  anchor: "start" | "end";
};

export type WaysGeometry = {
  marks: Mark[];
  across: { x: number; value: number }[];
  up: { y: number; value: number }[];
};

const LABEL = 13;

/** Where each way lies; labels that would cover each other step down. */
export function waysGeometry(
  ways: Way[],
  size: { width: number; height: number; start: number },
): WaysGeometry {
  const costs = ways.flatMap((way) => [way.cost.low, way.cost.high]);
  const bads = ways.flatMap((way) => [way.bad.low, way.bad.high]);
  const across = scaleLinear()
    .domain([Math.min(...costs), Math.max(...costs)])
    .nice(5)
    .range([size.start, size.width - 16]);
  const up = scaleLinear()
    .domain([Math.min(...bads), Math.max(...bads)])
    .nice(4)
    .range([size.height - 8, 12]);
  const taken: { x: number; y: number; width: number }[] = [];
  const marks = ways
    .toSorted((a, b) => up(a.bad.mean) - up(b.bad.mean))
    .map((way) => {
      const { name } = WAYS[way.policy];
      const [x, y] = [across(way.cost.mean), up(way.bad.mean)];
      const width = name.length * 7;
      const isRight = x + width + 16 > size.width;
      const labelX = isRight ? x - 10 : x + 10;
      const from = isRight ? labelX - width : labelX;
      let labelY = y - 6;
      const covers = (other: { x: number; y: number; width: number }) =>
        Math.abs(other.y - labelY) < LABEL && from < other.x + other.width && other.x < from + width;
      while (taken.some(covers)) labelY += LABEL;
      taken.push({ x: from, y: labelY, width });
      return {
        policy: way.policy,
        name,
        x,
        y,
        left: across(way.cost.low),
        right: across(way.cost.high),
        top: up(way.bad.high),
        bottom: up(way.bad.low),
        labelX,
        labelY,
        anchor: isRight ? ("end" as const) : ("start" as const),
      };
    });
  return {
    marks,
    across: across.ticks(5).map((value) => ({ x: across(value), value })),
    up: up.ticks(4).map((value) => ({ y: up(value), value })),
  };
}
