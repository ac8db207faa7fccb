export interface ChartSeries {
  label: string;
  /** A colour token, e.g. `--chart-1`. */
  color: string;
  /** One per time; null where nothing is known. */
  values: (number | null)[];
}

export interface ChartProps {
  /** Names the chart for screen readers. */
  label: string;
  /** Bars are stacked in the order of the series, the first at the bottom. */
  kind: "bars" | "lines";
  /** Starts of the buckets, Unix seconds, ascending. */
  times: number[];
  series: ChartSeries[];
  height: number;
  format: (value: number) => string;
  /** A range was dragged out (Unix milliseconds). */
  onZoom?: (from: number, to: number) => void;
  /** Charts with the same key move their cursors together. */
  syncKey?: string;
}
