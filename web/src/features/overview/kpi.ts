/** The overview's figures and what a change of each means. */
import type { DashboardStats, PeriodStats } from "../../api/types";
import { changeOf, formatCompact, formatDuration, formatMoney, formatMoneyExact, formatPercent, plural } from "../../ui/format";

/** Whether more of it is good, bad, or neither. */
export type Direction = "up" | "down" | "neutral";

export interface Kpi {
  label: string;
  value: string;
  title?: string;
  /** Relative change; null where the period before gives no base. */
  change: number | null;
  /** Written instead of a relative change, e.g. percentage points. */
  changeText?: string;
  direction: Direction;
  note: string;
}

export function kpisOf(stats: DashboardStats): Kpi[] {
  const before = stats.previous;
  return [
    {
      label: "Requests",
      value: formatCompact(stats.total_requests),
      title: stats.total_requests.toLocaleString("en-US"),
      change: changeOf(stats.total_requests, before.total_requests),
      direction: "neutral",
      note: `${formatCompact(round(stats.requests_per_minute))} per minute`,
    },
    successKpi(stats, before),
    {
      label: "Cost",
      value: formatMoney(stats.total_cost_usd),
      title: formatMoneyExact(stats.total_cost_usd),
      change: changeOf(stats.total_cost_usd, before.total_cost_usd),
      direction: "down",
      note: stats.unpriced_requests > 0 ? `${formatCompact(stats.unpriced_requests)} unpriced, left out` : "every request priced",
    },
    {
      label: "Tokens",
      value: formatCompact(stats.total_tokens),
      change: changeOf(stats.total_tokens, before.total_tokens),
      direction: "neutral",
      note: `${formatCompact(stats.input_tokens)} in · ${formatCompact(stats.output_tokens)} out`,
    },
    {
      label: "Latency p95",
      value: formatDuration(stats.latency_ms.p95),
      change: changeOf(stats.latency_ms.p95, before.latency_ms.p95),
      direction: "down",
      note: `p50 ${formatDuration(stats.latency_ms.p50)} · p99 ${formatDuration(stats.latency_ms.p99)}`,
    },
    {
      label: "Users",
      value: formatCompact(stats.active_users),
      change: changeOf(stats.active_users, before.active_users),
      direction: "up",
      note: plural(stats.active_sessions, "session"),
    },
  ];
}

/** A rate changes by percentage points: 99% to 98% is "1 pt", not "1%". */
function successKpi(stats: PeriodStats, before: PeriodStats): Kpi {
  const known = stats.success_rate != null && before.success_rate != null;
  const points = known ? (Number(stats.success_rate) - Number(before.success_rate)) * 100 : null;
  return {
    label: "Success rate",
    value: formatPercent(stats.success_rate),
    change: points,
    ...(points === null ? {} : { changeText: `${Math.abs(points).toFixed(Math.abs(points) < 10 ? 2 : 1)} pt` }),
    direction: "up",
    note: stats.failed_requests === 0 ? "no failures" : `${plural(stats.failed_requests, "failure")}`,
  };
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
}

/** Good, bad or neither, for a change in this direction. */
export function verdict(change: number | null, direction: Direction): "good" | "bad" | "none" {
  if (change === null || change === 0 || direction === "neutral") return "none";
  return change > 0 === (direction === "up") ? "good" : "bad";
}
