import { useState } from "react";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Items, MetricName, MetricSeries } from "../../api/types";
import { Segmented } from "../../ui/button";
import { Chart, Legend } from "../../ui/chart/chart";
import { formatNumber, plural } from "../../ui/format";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useTimeRange } from "../time-range/range-context";
import { columnsOf, type Figure } from "./metric-series";

const HEIGHT_PX = 320;
const FIGURES: { value: Figure; label: string }[] = [
  { value: "avg", label: "Average" },
  { value: "min", label: "Minimum" },
  { value: "max", label: "Maximum" },
  { value: "count", label: "Points" },
];

export function MetricChart({ metric }: { metric: MetricName }) {
  const { from, to, tick, setRange } = useTimeRange();
  const [figure, setFigure] = useState<Figure>("avg");
  const series = useRead<Items<MetricSeries>>(paths.metricSeries, { name: metric.name, from, to }, { version: tick });
  const { times, columns } = columnsOf(series.data?.items ?? [], figure);
  const unit = metric.unit && metric.unit !== "1" && figure !== "count" ? ` ${metric.unit.replace(/[{}]/g, "")}` : "";
  return (
    <div className="metric-detail">
      <div className="row wrap">
        <h2 className="mono grow metric-title">{metric.name}</h2>
        <Segmented label="Figure" value={figure} options={FIGURES} onChange={setFigure} />
      </div>
      <p className="muted">
        {metric.type}
        {metric.unit ? ` in ${metric.unit}` : ""} · {plural(columns.length, "series", "series")}
      </p>
      {series.isPending ? (
        <Skeleton height={HEIGHT_PX} />
      ) : series.isError ? (
        <ErrorState error={series.error} onRetry={() => void series.refetch()} />
      ) : times.length === 0 ? (
        <Empty title="No points in this time range" />
      ) : (
        <>
          <Chart
            label={`${metric.name} over time`}
            kind="lines"
            times={times}
            series={columns}
            height={HEIGHT_PX}
            format={(value) => formatNumber(value) + unit}
            onZoom={(start, end) =>
              setRange({ from: new Date(start).toISOString(), to: new Date(Math.max(end, start + 60_000)).toISOString() })
            }
          />
          <Legend items={columns} />
        </>
      )}
    </div>
  );
}
