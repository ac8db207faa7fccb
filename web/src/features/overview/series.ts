/** Buckets of the API as columns of a chart. */
import type { Timeseries, TimeseriesBucket } from "../../api/types";
import type { ChartSeries } from "../../ui/chart/types";

export interface ChartData {
  times: number[];
  series: ChartSeries[];
}

type Pick = (bucket: TimeseriesBucket) => number | null | undefined;

function chartOf(timeseries: Timeseries | undefined, columns: [label: string, color: string, pick: Pick][]): ChartData {
  const buckets = timeseries?.series[0]?.buckets ?? [];
  return {
    times: buckets.map((bucket) => Date.parse(bucket.time) / 1_000),
    series: columns.map(([label, color, pick]) => ({ label, color, values: buckets.map((bucket) => pick(bucket) ?? null) })),
  };
}

export const requestsChart = (timeseries: Timeseries | undefined) =>
  chartOf(timeseries, [
    ["Succeeded", "--chart-1", (bucket) => bucket.requests - bucket.errors],
    ["Failed", "--chart-error", (bucket) => bucket.errors],
  ]);

export const tokensChart = (timeseries: Timeseries | undefined) =>
  chartOf(timeseries, [
    ["Input", "--chart-2", (bucket) => bucket.input_tokens],
    ["Output", "--chart-4", (bucket) => bucket.output_tokens],
  ]);

export const latencyChart = (timeseries: Timeseries | undefined) =>
  chartOf(timeseries, [
    ["p50", "--chart-1", (bucket) => bucket.latency_ms.p50],
    ["p95", "--chart-3", (bucket) => bucket.latency_ms.p95],
    ["p99", "--chart-5", (bucket) => bucket.latency_ms.p99],
  ]);

const COST_COLORS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"];
const MOST_MODELS = COST_COLORS.length;

/** Cost stacked by model: the dearest on their own, the rest together. */
export function costChart(timeseries: Timeseries | undefined): ChartData {
  const all = timeseries?.series ?? [];
  const times = (all[0]?.buckets ?? []).map((bucket) => Date.parse(bucket.time) / 1_000);
  const priced = all
    .map((one) => ({ label: one.group ?? "no model", values: one.buckets.map((bucket) => bucket.cost_usd ?? null) }))
    .map((one) => ({ ...one, total: sum(one.values) }))
    .filter((one): one is typeof one & { total: number } => one.total !== null)
    .sort((a, b) => b.total - a.total);
  const named = priced.slice(0, MOST_MODELS).filter((one) => one.label !== "other");
  const rest = priced.filter((one) => !named.includes(one));
  const series: ChartSeries[] = named.map((one, index) => ({
    label: one.label,
    color: COST_COLORS[index] ?? "--chart-6",
    values: one.values,
  }));
  if (rest.length > 0)
    series.push({ label: "other", color: "--chart-6", values: times.map((_, index) => sum(rest.map((one) => one.values[index] ?? null))) });
  return { times, series };
}

/** The sum of what is known; null when nothing is. */
export function sum(values: (number | null)[]): number | null {
  return values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);
}
