/** Costs over time as stacked bars: the dearest groups on their own, the rest together. */
import type { CostItem } from "../../api/types";
import type { ChartSeries } from "../../ui/chart/types";
import { sum, type ChartData } from "../overview/series";

const COLORS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"];
const REST_COLOR = "--chart-6";

/** The start of every interval from the first to the last, in seconds: days on which nothing was spent are there, too. */
export function timesOf(from: string, to: string, intervalSeconds: number): number[] {
  const first = Math.floor(Date.parse(from) / 1_000 / intervalSeconds) * intervalSeconds;
  const end = Date.parse(to) / 1_000;
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / intervalSeconds)) }, (_, index) => first + index * intervalSeconds);
}

/** `items` are by interval and one group. */
export function costsOverTime(items: CostItem[], times: number[]): ChartData {
  const byGroup = new Map<string, Map<number, number>>();
  for (const item of items) {
    if (item.cost_usd == null || item.time == null) continue;
    const name = item.groups[0] ?? "none";
    const values = byGroup.get(name) ?? new Map<number, number>();
    const time = Date.parse(item.time) / 1_000;
    values.set(time, (values.get(time) ?? 0) + item.cost_usd);
    byGroup.set(name, values);
  }
  const ranked = [...byGroup]
    .map(([label, values]) => ({ label, values: times.map((time) => values.get(time) ?? null), total: sum([...values.values()]) ?? 0 }))
    .sort((a, b) => b.total - a.total);
  const rest = ranked.slice(COLORS.length);
  const series: ChartSeries[] = ranked
    .slice(0, COLORS.length)
    .map(({ label, values }, index) => ({ label, values, color: COLORS[index] ?? REST_COLOR }));
  if (rest.length > 0)
    series.push({ label: "other", color: REST_COLOR, values: times.map((_, index) => sum(rest.map((one) => one.values[index] ?? null))) });
  return { times, series };
}
