import { describe, expect, it } from "vitest";
import type { DashboardStats, PeriodStats, Timeseries } from "../../api/types";
import { stack } from "../../ui/chart/stack";
import { kpisOf, verdict } from "./kpi";
import { costChart, sum } from "./series";

const period = (over: Partial<PeriodStats>): PeriodStats => ({
  total_requests: 0,
  successful_requests: 0,
  failed_requests: 0,
  requests_per_minute: 0,
  unpriced_requests: 0,
  latency_ms: {},
  active_users: 0,
  active_sessions: 0,
  ...over,
});

describe("key figures", () => {
  it("know which way is better", () => {
    expect(verdict(0.1, "up")).toBe("good");
    expect(verdict(0.1, "down")).toBe("bad");
    expect(verdict(-0.1, "down")).toBe("good");
    expect(verdict(0.1, "neutral")).toBe("none");
    expect(verdict(null, "up")).toBe("none");
  });
  it("show an unknown cost as unknown and say what is left out", () => {
    const stats: DashboardStats = { ...period({ total_requests: 3, unpriced_requests: 3 }), previous: period({}) };
    const cost = kpisOf(stats).find((kpi) => kpi.label === "Cost");
    expect(cost).toMatchObject({ value: "unknown", change: null, note: "3 unpriced, left out" });
  });
  it("compare rates in points", () => {
    const stats: DashboardStats = { ...period({ success_rate: 0.98 }), previous: period({ success_rate: 0.99 }) };
    expect(kpisOf(stats).find((kpi) => kpi.label === "Success rate")?.changeText).toBe("1.00 pt");
  });
});

describe("series", () => {
  it("stack from the bottom, unknown adding nothing", () => {
    expect(
      stack([
        [1, null, 2],
        [3, null, null],
      ]),
    ).toEqual([
      [1, null, 2],
      [4, null, 2],
    ]);
  });
  it("sum what is known", () => {
    expect(sum([null, null])).toBeNull();
    expect(sum([null, 0.1, 0.2])).toBeCloseTo(0.3);
  });
  it("show the dearest models, leave out the unpriced and gather the rest", () => {
    const series = (group: string | null, cost: number | null) => ({
      group,
      buckets: [{ time: "2026-01-31T09:00:00Z", requests: 1, errors: 0, unpriced_requests: 0, latency_ms: {}, cost_usd: cost }],
    });
    const all: Timeseries = {
      interval_seconds: 60,
      series: [
        series("a", 1),
        series("free", null),
        series("other", 9),
        ...["b", "c", "d", "e", "f"].map((name, index) => series(name, 2 + index)),
      ],
    };
    const chart = costChart(all);
    expect(chart.series.map((one) => one.label)).toEqual(["f", "e", "d", "c", "other"]);
    expect(chart.series.at(-1)?.values).toEqual([9 + 2 + 1]);
  });
});
