import type { CostAnswer, ForecastAnswer } from "../../api/types";
import { formatCompact, formatCount, formatMoney, formatMoneyExact, formatPercent, UNKNOWN } from "../../ui/format";
import { Skeleton } from "../../ui/states";
import { ForecastTile } from "./forecast-tile";
import "../overview/overview.css";

const TILES = 5;

/** The whole of what was asked: what it cost, and how far that can be relied on. */
export function CostTiles({ answer, forecast }: { answer: CostAnswer | undefined; forecast: ForecastAnswer | undefined }) {
  if (!answer)
    return (
      <div className="kpis cost-tiles">
        {Array.from({ length: TILES }, (_, index) => (
          <Skeleton key={index} height={104} />
        ))}
      </div>
    );
  const { total } = answer;
  const unpriced = total.requests - total.priced_requests;
  const cached = total.buckets.cache_read;
  return (
    <dl className="kpis cost-tiles" aria-label="Totals">
      <Tile
        label="Cost"
        value={formatMoney(total.cost_usd)}
        title={formatMoneyExact(total.cost_usd)}
        note={`${formatMoney(total.input_usd)} in · ${formatMoney(total.output_usd)} out`}
      />
      <Tile
        label="Coverage"
        value={formatPercent(total.coverage)}
        note={
          unpriced === 0
            ? `all ${formatCount(total.requests)} calls priced`
            : `${formatCount(unpriced)} of ${formatCount(total.requests)} calls unpriced, left out`
        }
      />
      <Tile
        label="Per successful call"
        value={formatMoney(total.cost_per_successful_request_usd)}
        title={formatMoneyExact(total.cost_per_successful_request_usd)}
        note={unpriced > 0 ? "unknown while calls are unpriced" : `${formatCount(total.failed_requests)} failed calls are paid for, too`}
      />
      <Tile
        label="Tokens"
        value={formatCompact(total.total_tokens)}
        note={`${formatCompact(total.input_tokens)} in · ${formatCompact(total.output_tokens)} out${cached ? ` · ${formatCompact(cached)} cached` : ""}`}
      />
      {forecast && <ForecastTile answer={forecast} />}
    </dl>
  );
}

function Tile({ label, value, note, title }: { label: string; value: string; note: string; title?: string }) {
  const isUnknown = value === UNKNOWN || value === "unknown";
  return (
    <div className="card kpi">
      <dt>{label}</dt>
      <dd>
        <span className={isUnknown ? "kpi-value muted num" : "kpi-value num"} title={title}>
          {value}
        </span>
      </dd>
      <dd className="kpi-note truncate num" title={note}>
        {note}
      </dd>
    </div>
  );
}
