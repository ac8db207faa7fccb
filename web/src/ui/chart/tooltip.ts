import type uPlot from "uplot";
import { formatTime } from "../format";
import type { ChartProps } from "./types";

const GAP_PX = 14;

/** A small panel beside the cursor with the figures of that moment. */
export function tooltip(latest: React.RefObject<ChartProps>): uPlot.Plugin {
  const panel = document.createElement("div");
  panel.className = "chart-tooltip";
  panel.hidden = true;

  const show = (plot: uPlot) => {
    const { idx, left = -1 } = plot.cursor;
    // A synchronised chart moves its line; only the chart under the pointer speaks.
    if (idx == null || left < 0 || !plot.over.matches(":hover")) {
      panel.hidden = true;
      return;
    }
    const { times, series, format } = latest.current;
    const time = document.createElement("b");
    time.textContent = formatTime(new Date((times[idx] ?? 0) * 1_000).toISOString());
    panel.replaceChildren(time, ...series.map((one) => line(one.label, one.color, one.values[idx] ?? null, format)));
    panel.hidden = false;
    const width = panel.offsetWidth;
    const fits = left + GAP_PX + width < plot.over.clientWidth;
    panel.style.transform = `translate(${fits ? left + GAP_PX : Math.max(0, left - GAP_PX - width)}px, 4px)`;
  };

  return {
    hooks: {
      init: [
        (plot) => {
          plot.over.append(panel);
          plot.over.addEventListener("mouseleave", () => (panel.hidden = true));
        },
      ],
      setCursor: [show],
    },
  };
}

function line(label: string, color: string, value: number | null, format: (value: number) => string): HTMLElement {
  const row = document.createElement("div");
  const key = document.createElement("span");
  key.className = "legend-key";
  key.style.background = `var(${color})`;
  const name = document.createElement("span");
  name.textContent = label;
  const figure = document.createElement("b");
  figure.className = "num";
  figure.textContent = value === null ? "–" : format(value);
  row.append(key, name, figure);
  return row;
}
