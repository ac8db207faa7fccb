import type { ExperimentSummary } from "../../api/types";
import { formatCount, formatDuration, formatMoney, formatMoneyExact, formatNumber, plural } from "../../ui/format";
import { PassRate } from "./pass-rate";
import "./experiments.css";

/** What an experiment says as a whole: pass rate, each metric, time and money. */
export function SummaryCards({ summary }: { summary: ExperimentSummary }) {
  const open = summary.results - summary.passed - summary.failed;
  return (
    <dl className="summary-cards" aria-label="Summary">
      <div className="card">
        <dt>Pass rate</dt>
        <dd>
          <PassRate passed={summary.passed} failed={summary.failed} results={summary.results} rate={summary.pass_rate} />
        </dd>
        <dd className="muted num">
          {formatCount(summary.passed)} passed · {formatCount(summary.failed)} failed{open > 0 && ` · ${formatCount(open)} not judged`}
        </dd>
      </div>
      {summary.verdicts.map((verdict) => (
        <div className="card" key={verdict.name}>
          <dt className="truncate" title={verdict.name}>
            {verdict.name}
          </dt>
          <dd>
            {verdict.mean == null ? (
              <PassRate passed={verdict.passed} failed={verdict.failed} results={verdict.count} rate={verdict.pass_rate} />
            ) : (
              <span className="num">{formatNumber(verdict.mean)}</span>
            )}
          </dd>
          <dd className="muted num">
            {verdict.mean != null && verdict.pass_rate != null
              ? `mean · ${formatCount(verdict.passed)} of ${formatCount(verdict.passed + verdict.failed)} passed`
              : plural(verdict.count, "verdict")}
            {verdict.errors > 0 && ` · ${plural(verdict.errors, "error")}`}
          </dd>
        </div>
      ))}
      <div className="card">
        <dt>Mean duration</dt>
        <dd>
          <span className={summary.mean_duration_ms == null ? "muted" : "num"}>{formatDuration(summary.mean_duration_ms)}</span>
        </dd>
        <dd className="muted">{plural(summary.results, "result")}</dd>
      </div>
      <div className="card">
        <dt>Cost</dt>
        <dd>
          <span className={summary.cost_usd == null ? "muted" : "num"} title={formatMoneyExact(summary.cost_usd)}>
            {formatMoney(summary.cost_usd)}
          </span>
        </dd>
        <dd className="muted">{summary.errors > 0 ? plural(summary.errors, "error") : "no errors"}</dd>
      </div>
    </dl>
  );
}
