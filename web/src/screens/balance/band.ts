// The geometry of a difference: assistant less people, with the margin and the keel line.
import { scaleLinear } from "d3-scale";
import type { Band, TopicBalance } from "../../api/types.ts";

/** Points on either side of the keel line; what lies beyond is drawn at the edge. */
export const REACH = 0.15;

export type BandGeometry = {
  keel: number;
  margin: number;
  low: number;
  high: number;
  mean: number;
  /** The band leaves the picture on this side. */
  isCut: { low: boolean; high: boolean };
};

export function bandGeometry(band: Band, margin: number, width: number): BandGeometry {
  const across = scaleLinear().domain([-REACH, REACH]).range([0, width]).clamp(true);
  return {
    keel: across(0),
    margin: across(-margin),
    low: across(band.low),
    high: across(band.high),
    mean: across(band.mean),
    isCut: { low: band.low < -REACH, high: band.high > REACH },
  };
}

export type TrendGeometry = {
  keel: number;
  margin: number;
  band: string;
  line: string;
  labels: { x: number; day: string }[];
  ticks: { y: number; value: number }[];
  /** ln e and what it has to reach, on a scale of its own below. */
  proof: { line: string; needed: number; top: number; bottom: number } | null;
};

type Size = { width: number; height: number; start: number };

/** The evidence over time: mean and band above, the proof below. */
export function trendGeometry(
  trend: TopicBalance["trend"],
  margin: number,
  needed: number | null,
  size: Size,
): TrendGeometry {
  const days = trend.map((point) => Date.parse(point.day));
  const first = Math.min(...days);
  const last = Math.max(...days, first + 1);
  const across = scaleLinear().domain([first, last]).range([size.start, size.width - 8]);
  const reach = Math.max(
    margin * 1.6,
    ...trend.slice(-Math.ceil(trend.length * 0.8)).flatMap((p) => [Math.abs(p.low), Math.abs(p.high)]),
  );
  const split = needed === null ? size.height : size.height * 0.62;
  const up = scaleLinear().domain([-reach, reach]).nice(4).range([split, 4]).clamp(true);
  const at = (index: number) => across(days[index] ?? first);
  const path = (values: { x: number; y: number }[]) =>
    values.map(({ x, y }, nth) => `${nth ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const above = trend.map((point, nth) => ({ x: at(nth), y: up(point.high) }));
  const below = trend.map((point, nth) => ({ x: at(nth), y: up(point.low) })).reverse();
  const step = Math.max(1, Math.ceil(trend.length / 5));
  return {
    keel: up(0),
    margin: up(-margin),
    band: trend.length > 1 ? `${path([...above, ...below])}Z` : "",
    line: path(trend.map((point, nth) => ({ x: at(nth), y: up(point.mean) }))),
    labels: trend
      .map((point, nth) => ({ x: at(nth), day: point.day }))
      .filter((_, nth) => nth % step === 0),
    ticks: up.ticks(4).map((value) => ({ y: up(value), value })),
    proof: needed === null ? null : proof(trend, needed, split + 20, size.height, at, path),
  };
}

function proof(
  trend: TopicBalance["trend"],
  needed: number,
  top: number,
  bottom: number,
  at: (index: number) => number,
  path: (values: { x: number; y: number }[]) => string,
) {
  const least = Math.min(-2, ...trend.map((point) => point.ln_e));
  const most = Math.max(needed * 1.1, ...trend.map((point) => point.ln_e));
  const up = scaleLinear().domain([least, most]).range([bottom, top]);
  const line = path(trend.map((point, nth) => ({ x: at(nth), y: up(point.ln_e) })));
  return { line, needed: up(needed), top, bottom };
}

const POINTS = new Intl.NumberFormat("en", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/** "−0.9": a share in points. */
export const points = (share: number): string => POINTS.format(share * 100).replace("-", "−");

/** "−0.9 [−3.9, +2.1]". */
export const bandWords = (band: Band): string =>
  `${points(band.mean)} [${points(band.low)}, ${points(band.high)}]`;

/** What needs a person's eye comes first: held or alarmed, then what moves, then what is off. */
export function byNeed(a: TopicBalance, b: TopicBalance): number {
  const rank = (topic: TopicBalance): number => {
    const near = topic.alarm && topic.alarm.value > topic.alarm.acts_at / 10;
    if (near || topic.rests_until) return 0;
    if (topic.level === "off") return 4;
    return topic.is_by_hand ? 1 : topic.level === "autonomous" ? 3 : 2;
  };
  return rank(a) - rank(b) || b.cases_a_week - a.cases_a_week || a.name.localeCompare(b.name);
}
