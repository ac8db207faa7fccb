import { Search } from "lucide-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { Items, MetricName } from "../api/types";
import { MetricChart } from "../features/metrics/metric-chart";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { Badge } from "../ui/badge";
import { formatAgo, formatCompact } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "../features/metrics/metrics.css";

export default function MetricsPage() {
  const { from, to, tick } = useTimeRange();
  const [params, setParams] = useSearchParams();
  const names = useRead<Items<MetricName>>(paths.metricNames, { from, to }, { version: tick });
  const known = names.data?.items ?? [];
  const selected = known.find((metric) => metric.name === params.get("metric")) ?? known[0];
  const choose = (name: string) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        next.set("metric", name);
        return next;
      },
      { replace: true },
    );

  return (
    <Page title="Metrics" subtitle="What your applications measure" locked actions={<RangePicker />}>
      <div className="card">
        {names.isPending ? (
          <SkeletonRows rows={10} />
        ) : names.isError ? (
          <ErrorState error={names.error} onRetry={() => void names.refetch()} />
        ) : selected ? (
          <div className="metrics">
            <NameList names={known} selected={selected.name} onChoose={choose} />
            <MetricChart key={selected.name} metric={selected} />
          </div>
        ) : (
          <Empty
            title="No metrics in this time range"
            action={
              <Link className="button" to="/connect">
                How to send metrics
              </Link>
            }
          >
            Metrics arrive over OTLP at /v1/metrics, or as JSON at /api/v1/ingest/metrics.
          </Empty>
        )}
      </div>
    </Page>
  );
}

function NameList({ names, selected, onChoose }: { names: MetricName[]; selected: string; onChoose: (name: string) => void }) {
  const [search, setSearch] = useState("");
  const shown = names.filter((metric) => metric.name.toLowerCase().includes(search.toLowerCase()));
  return (
    <div className="metric-names">
      <div className="filter-input">
        <Search size={14} aria-hidden="true" />
        <input
          className="input"
          placeholder="Search metrics"
          aria-label="Search metrics"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <ul aria-label="Metrics">
        {shown.map((metric) => (
          <li key={metric.name}>
            <button type="button" className="metric-name" aria-pressed={metric.name === selected} onClick={() => onChoose(metric.name)}>
              <span className="mono truncate" title={metric.name}>
                {metric.name}
              </span>
              <span className="row">
                <Badge>{metric.type}</Badge>
                <span className="muted num truncate">
                  {formatCompact(metric.points)} points · {formatAgo(metric.last_seen)}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="muted">No metric has this name.</p>}
    </div>
  );
}
