/** Series of the API, which hold only buckets with points, as columns over one common time line. */
import type { MetricSeries } from "../../api/types";

export type Figure = "avg" | "max" | "min" | "count";
export const COLORS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];

export interface MetricColumns {
  times: number[];
  columns: { label: string; color: string; values: (number | null)[] }[];
}

export function columnsOf(series: MetricSeries[], figure: Figure): MetricColumns {
  const times = [...new Set(series.flatMap((one) => one.points.map((point) => Date.parse(point.time) / 1_000)))].sort((a, b) => a - b);
  const columns = series.map((one, index) => {
    const byTime = new Map(one.points.map((point) => [Date.parse(point.time) / 1_000, point[figure] ?? null]));
    return {
      label: seriesLabel(one),
      color: COLORS[index % COLORS.length] ?? "--chart-6",
      values: times.map((time) => byTime.get(time) ?? null),
    };
  });
  return { times, columns };
}

export function seriesLabel(series: MetricSeries): string {
  const tags = Object.entries(series.tags).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [series.service, ...tags].filter(Boolean).join(" · ") || "all";
}
