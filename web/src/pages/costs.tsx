import { Download } from "lucide-react";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { addressOf } from "../api/client";
import { paths } from "../api/endpoints";
import { ApiError } from "../api/problem";
import { useRead } from "../api/queries";
import type { CostAnswer, ForecastAnswer, UnpricedAnswer } from "../api/types";
import { costsOverTime, timesOf } from "../features/costs/cost-chart";
import { CostTable } from "../features/costs/cost-table";
import { CostTiles } from "../features/costs/cost-tiles";
import { COST_GROUPS, groupOf } from "../features/costs/groups";
import { UnpricedTable } from "../features/costs/unpriced-table";
import { FilterBox } from "../features/filter/filter-box";
import { useFilter } from "../features/filter/use-filter";
import { ChartCard } from "../features/overview/chart-card";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { formatMoney } from "../ui/format";
import { Page } from "../ui/page";
import { ErrorState } from "../ui/states";
import "../features/costs/costs.css";
import "../features/overview/overview.css";

const TABLE_ROWS = 200;
const FILE_ROWS = 10_000;
const HOUR_MS = 3_600_000;
/** Shorter ranges are drawn by the hour. */
const BY_DAY_FROM_MS = 72 * HOUR_MS;

export default function CostsPage() {
  const { from, to, tick, refresh } = useTimeRange();
  const [filter, setFilter] = useFilter();
  const [params, setParams] = useSearchParams();
  const group = groupOf(params.get("by"));
  const interval = Date.parse(to) - Date.parse(from) >= BY_DAY_FROM_MS ? "1d" : "1h";
  const query = { from, to, filter };
  const costs = useRead<CostAnswer>(paths.costs, { ...query, group_by: group, limit: TABLE_ROWS }, { version: tick });
  const overTime = useRead<CostAnswer>(paths.costs, { ...query, group_by: group, interval, limit: FILE_ROWS }, { version: tick });
  const unpriced = useRead<UnpricedAnswer>(paths.unpricedCosts, query, { version: tick });
  const forecast = useRead<ForecastAnswer>(paths.costForecast, { filter }, { version: tick });
  const chart = useMemo(() => {
    const seconds = overTime.data?.interval_seconds;
    return seconds ? costsOverTime(overTime.data?.items ?? [], timesOf(from, to, seconds)) : { times: [], series: [] };
  }, [overTime.data, from, to]);
  const isRefused = costs.error instanceof ApiError && costs.error.status === 400;
  const splitBy = (by: string) => {
    const next = new URLSearchParams(params);
    next.set("by", by);
    setParams(next, { replace: true });
  };
  const file = addressOf(paths.costs, { ...query, group_by: group, interval: "1d", limit: FILE_ROWS, format: "csv" });

  return (
    <Page
      title="Costs"
      subtitle="What your model calls cost, and how much of them is priced"
      actions={
        <>
          <a className="button" href={file} download="costs.csv">
            <Download size={15} />
            CSV by day
          </a>
          <RangePicker />
        </>
      }
    >
      <div className="toolbar">
        <FilterBox rowKind="span" value={filter} onChange={setFilter} error={costs.error} />
        <label className="row cost-split">
          <span className="soft">Split by</span>
          <select className="input" value={group} onChange={(event) => splitBy(event.target.value)}>
            {COST_GROUPS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {costs.error && !isRefused ? (
        <div className="card">
          <ErrorState error={costs.error} onRetry={refresh} />
        </div>
      ) : isRefused ? null : (
        <>
          <CostTiles answer={costs.data} forecast={forecast.data} />
          <ChartCard
            title={interval === "1d" ? "Cost by day" : "Cost by hour"}
            kind="bars"
            data={chart}
            format={formatMoney}
            isPending={overTime.isPending}
            error={overTime.error}
            onRetry={() => void overTime.refetch()}
          />
          <section className="card" aria-label="Costs by group">
            <div className="card-head">
              <h2>{COST_GROUPS.find((one) => one.value === group)?.label}</h2>
              {group === "tag" && <span className="muted">a call counts with each of its tags</span>}
            </div>
            <CostTable answer={costs.data} group={group} />
          </section>
          <UnpricedTable answer={unpriced.data} />
        </>
      )}
    </Page>
  );
}
