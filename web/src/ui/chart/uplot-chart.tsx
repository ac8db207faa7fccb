import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../theme";
import { stack } from "./stack";
import { tooltip } from "./tooltip";
import type { ChartProps } from "./types";

const LEAST_ZOOM_PX = 8;
const LARGEST_BAR_PX = 28;

/** Draws with uPlot. Rebuilt when its shape changes; new figures alone are handed to the existing plot. */
export default function UplotChart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  const { isDark } = useTheme();
  const shape = `${isDark}|${props.kind}|${props.height}|${props.series.map((series) => series.label + series.color).join(",")}`;

  useEffect(() => {
    latest.current = props;
    plot.current?.setData(dataOf(props));
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const built = new uPlot(optionsOf(latest, element), dataOf(latest.current), element);
    plot.current = built;
    const observer = new ResizeObserver(() => built.setSize({ width: element.clientWidth, height: latest.current.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      built.destroy();
      plot.current = null;
    };
  }, [shape]);

  return <div ref={host} />;
}

/** Stacked bars are drawn tallest first, so that each lower one covers its part. */
function dataOf({ times, series, kind }: ChartProps): uPlot.AlignedData {
  const rows = series.map((one) => one.values);
  return [times, ...(kind === "bars" ? stack(rows).reverse() : rows)] as uPlot.AlignedData;
}

function optionsOf(latest: React.RefObject<ChartProps>, element: HTMLElement): uPlot.Options {
  const { kind, series, height, syncKey } = latest.current;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const drawn = kind === "bars" ? [...series].reverse() : series;
  const bars = uPlot.paths.bars?.({ size: [0.72, LARGEST_BAR_PX], radius: [0.16, 0], align: 1 });
  const axis: uPlot.Axis = {
    stroke: token("--text-3"),
    font: `11px ${token("--font")}`,
    grid: { show: false },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: kind === "lines", size: 7, width: 2 },
      drag: { x: true, y: false, setScale: false, dist: LEAST_ZOOM_PX },
      ...(syncKey ? { sync: { key: syncKey, setSeries: false } } : {}),
    },
    scales: {
      x: { time: true, range: (_, from, to) => xRange(latest.current, from, to) },
      y: { range: (_, min, max) => yRange(min, max) },
    },
    axes: [
      { ...axis, size: 26, gap: 6, space: 76, values: (_, splits, __, ___, step) => splits.map((split) => timeTick(split, step)) },
      {
        ...axis,
        size: 52,
        gap: 8,
        space: 38,
        grid: { stroke: token("--chart-grid"), width: 1 },
        values: (_, splits) => splits.map((split) => latest.current.format(split)),
      },
    ],
    series: [
      {},
      ...drawn.map((one): uPlot.Series => {
        const color = token(one.color);
        if (kind === "bars" && bars)
          return { label: one.label, fill: color, stroke: color, width: 0, paths: bars, points: { show: false } };
        return { label: one.label, stroke: color, width: 1.75, points: { size: 5, width: 0, fill: color } };
      }),
    ],
    hooks: { setSelect: [(self) => zoomed(self, latest.current)] },
    plugins: [tooltip(latest)],
  };
}

/** Bars start at their bucket's time: the last one needs its width to the right. */
function xRange({ kind, times }: ChartProps, from: number, to: number): [number, number] {
  const step = times.length > 1 ? (times[1] ?? 0) - (times[0] ?? 0) : 60;
  return [from, to + (kind === "bars" || from === to ? step : 0)];
}

/** From zero, with a little air; below zero only where values are. */
function yRange(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, (min ?? 0) * 1.08);
  const high = Math.max(0, (max ?? 0) * 1.08);
  return low === high ? [0, 1] : [low, high];
}

function zoomed(self: uPlot, { onZoom }: ChartProps) {
  if (self.select.width >= LEAST_ZOOM_PX && onZoom) {
    const edge = (px: number) => self.posToVal(px, "x") * 1_000;
    onZoom(edge(self.select.left), edge(self.select.left + self.select.width));
  }
  self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

const DAY = 86_400;

function timeTick(seconds: number, step: number): string {
  const date = new Date(seconds * 1_000);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (step >= DAY || midnight) return date.toLocaleDateString("en-US", { month: "short", day: "numeric" });
  return date.toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
