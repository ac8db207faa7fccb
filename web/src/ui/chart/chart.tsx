import { lazy, Suspense } from "react";
import { Skeleton } from "../states";
import type { ChartProps } from "./types";
import "./chart.css";

// The chart library is the largest part of the page and never needed for its first paint.
const UplotChart = lazy(() => import("./uplot-chart"));

export function Chart(props: ChartProps) {
  return (
    <figure className="chart" aria-label={props.label}>
      <div className="chart-canvas" style={{ height: props.height }}>
        <Suspense fallback={<Skeleton height={props.height - 24} />}>
          <UplotChart {...props} />
        </Suspense>
      </div>
    </figure>
  );
}

/** What the colours mean, with a total or latest figure for each. */
export function Legend({ items }: { items: { label: string; color: string; value?: string }[] }) {
  return (
    <ul className="legend">
      {items.map((item) => (
        <li key={item.label}>
          <span className="legend-key" style={{ background: `var(${item.color})` }} />
          <span className="truncate">{item.label}</span>
          {item.value !== undefined && <b className="num">{item.value}</b>}
        </li>
      ))}
    </ul>
  );
}
