import { ArrowDownRight, ArrowUpRight, Minus } from "lucide-react";
import type { DashboardStats } from "../../api/types";
import { formatChange } from "../../ui/format";
import { Skeleton } from "../../ui/states";
import { kpisOf, verdict, type Kpi } from "./kpi";

export function KpiTiles({ stats }: { stats: DashboardStats | undefined }) {
  if (!stats)
    return (
      <div className="kpis">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} height={104} />
        ))}
      </div>
    );
  return (
    <dl className="kpis" aria-label="Key figures">
      {kpisOf(stats).map((kpi) => (
        <Tile key={kpi.label} kpi={kpi} />
      ))}
    </dl>
  );
}

function Tile({ kpi }: { kpi: Kpi }) {
  const isUnknown = kpi.value === "unknown" || kpi.value === "–";
  return (
    <div className="card kpi">
      <dt>{kpi.label}</dt>
      <dd>
        <span className={isUnknown ? "kpi-value muted num" : "kpi-value num"} title={kpi.title}>
          {kpi.value}
        </span>
        <Change kpi={kpi} />
      </dd>
      <dd className="kpi-note truncate num" title={kpi.note}>
        {kpi.note}
      </dd>
    </div>
  );
}

function Change({ kpi }: { kpi: Kpi }) {
  if (kpi.change === null) return null;
  const Icon = kpi.change > 0 ? ArrowUpRight : kpi.change < 0 ? ArrowDownRight : Minus;
  const judged = verdict(kpi.change, kpi.direction);
  const words = kpi.changeText ?? formatChange(kpi.change);
  const meaning = judged === "none" ? "" : `, ${judged === "good" ? "better" : "worse"}`;
  return (
    <span className={`kpi-change ${judged} num`} title={`${kpi.change >= 0 ? "Up" : "Down"} ${words} on the period before${meaning}`}>
      <Icon size={13} />
      {words}
    </span>
  );
}
