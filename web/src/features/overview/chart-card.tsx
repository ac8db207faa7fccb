import { Chart, Legend } from "../../ui/chart/chart";
import { ErrorState, Skeleton } from "../../ui/states";
import { useTimeRange } from "../time-range/range-context";
import type { ChartData } from "./series";
import { sum } from "./series";

interface ChartCardProps {
  title: string;
  kind: "bars" | "lines";
  data: ChartData;
  format: (value: number) => string;
  /** Writes the figure beside each label; the default is the sum over the range. */
  figure?: (label: string, values: (number | null)[]) => string | undefined;
  isPending: boolean;
  error: unknown;
  onRetry: () => void;
}

const HEIGHT_PX = 190;
const LEAST_ZOOM_MS = 60_000;

export function ChartCard({ title, kind, data, format, figure, isPending, error, onRetry }: ChartCardProps) {
  const { setRange } = useTimeRange();
  const isKnown = data.series.some((one) => one.values.some((value) => value !== null));
  const legend = data.series.map((one) => {
    const total = sum(one.values);
    const value = figure ? figure(one.label, one.values) : total === null ? undefined : format(total);
    return { label: one.label, color: one.color, ...(value === undefined ? {} : { value }) };
  });
  const zoom = (from: number, to: number) => {
    const end = Math.max(to, from + LEAST_ZOOM_MS);
    setRange({ from: new Date(from).toISOString(), to: new Date(end).toISOString() });
  };
  return (
    <section className="card chart-card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        <span className="spacer" />
        {!isPending && isKnown && <Legend items={legend} />}
      </div>
      <div className="chart-card-body">
        {error ? (
          <ErrorState error={error} onRetry={onRetry} />
        ) : isPending ? (
          <Skeleton height={HEIGHT_PX - 8} />
        ) : isKnown ? (
          <Chart
            label={`${title} over time`}
            kind={kind}
            times={data.times}
            series={data.series}
            height={HEIGHT_PX}
            format={format}
            onZoom={zoom}
            syncKey="overview"
          />
        ) : (
          <div className="chart-none muted" style={{ height: HEIGHT_PX }}>
            Nothing known in this time range
          </div>
        )}
      </div>
    </section>
  );
}
