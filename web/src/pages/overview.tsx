import { useEffect } from "react";
import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { DashboardStats, Items, ProviderStats, Timeseries } from "../api/types";
import { FirstCall } from "../features/connect/first-call";
import { ChartCard } from "../features/overview/chart-card";
import { KpiTiles } from "../features/overview/kpi-tiles";
import { ModelTable } from "../features/overview/model-table";
import { RecentActivity } from "../features/overview/recent";
import { costChart, latencyChart, requestsChart, tokensChart } from "../features/overview/series";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { formatCompact, formatDuration, formatMoney } from "../ui/format";
import { Page } from "../ui/page";
import { ErrorState } from "../ui/states";
import "../features/overview/overview.css";

const REFRESH_MS = 30_000;
const LOOK_FOR_FIRST_CALL_MS = 3_000;

export default function OverviewPage() {
  const { from, to, tick, spec, refresh } = useTimeRange();
  const query = { from, to };
  const stats = useRead<DashboardStats>(paths.dashboard, query, { version: tick });
  const total = useRead<Timeseries>(paths.timeseries, query, { version: tick });
  const byModel = useRead<Timeseries>(paths.timeseries, { ...query, group_by: "model" }, { version: tick });
  const models = useRead<Items<ProviderStats>>(paths.providers, query, { version: tick });
  const isEmpty = stats.data !== undefined && stats.data.total_requests === 0 && !("from" in spec);

  useEffect(() => {
    if (!("preset" in spec)) return;
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), isEmpty ? LOOK_FOR_FIRST_CALL_MS : REFRESH_MS);
    return () => clearInterval(timer);
  }, [spec, refresh, isEmpty]);

  if (stats.isError && !stats.data) {
    return (
      <Page title="Overview" actions={<RangePicker />}>
        <div className="card">
          <ErrorState error={stats.error} onRetry={refresh} />
        </div>
      </Page>
    );
  }
  if (isEmpty) {
    return (
      <Page title="Overview" actions={<RangePicker />}>
        <div className="card">
          <FirstCall />
        </div>
      </Page>
    );
  }
  const state = (read: typeof total) => ({ isPending: read.isPending, error: read.error, onRetry: () => void read.refetch() });
  return (
    <Page title="Overview" subtitle="Model calls, compared with the period before" actions={<RangePicker />}>
      <KpiTiles stats={stats.data} />
      <div className="charts">
        <ChartCard title="Requests" kind="bars" data={requestsChart(total.data)} format={formatCompact} {...state(total)} />
        <ChartCard
          title="Cost"
          kind="bars"
          data={costChart(byModel.data)}
          format={formatMoney}
          figure={() => undefined}
          {...state(byModel)}
        />
        <ChartCard title="Tokens" kind="bars" data={tokensChart(total.data)} format={formatCompact} {...state(total)} />
        <ChartCard
          title="Latency"
          kind="lines"
          data={latencyChart(total.data)}
          format={formatDuration}
          figure={(label) => formatDuration(stats.data?.latency_ms[label as "p50" | "p95" | "p99"])}
          {...state(total)}
        />
      </div>
      <section className="card" aria-label="Models">
        <div className="card-head">
          <h2>Providers and models</h2>
        </div>
        {models.isError ? (
          <ErrorState error={models.error} onRetry={() => void models.refetch()} />
        ) : (
          <ModelTable rows={models.data?.items} />
        )}
      </section>
      <RecentActivity />
    </Page>
  );
}
