import type { ForecastAnswer } from "../../api/types";
import { formatMoney, plural } from "../../ui/format";

/** What the current month will have cost, whatever range is looked at. */
export function ForecastTile({ answer }: { answer: ForecastAnswer }) {
  const { forecast_usd: forecast, low_usd: low, high_usd: high, spent_usd: spent, basis_days: days } = answer;
  const month = new Date(answer.month_start).toLocaleDateString("en-US", { month: "long", timeZone: "UTC" });
  const note =
    low == null || high == null
      ? `${formatMoney(spent)} so far · a forecast needs three whole days`
      : `${formatMoney(low)} to ${formatMoney(high)} · ${formatMoney(spent)} so far`;
  const why = `Spent since the start of the month (UTC), and the mean of ${plural(days, "day")} for the time that is left. Four of five outcomes lie in the range.`;
  return (
    <div className="card kpi" title={why}>
      <dt>{month} in all</dt>
      <dd>
        <span className={forecast == null ? "kpi-value muted num" : "kpi-value num"}>{formatMoney(forecast)}</span>
      </dd>
      <dd className="kpi-note truncate num" title={note}>
        {note}
      </dd>
    </div>
  );
}
