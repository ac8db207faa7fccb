import { Link } from "react-router";
import type { ProviderStats } from "../../api/types";
import { formatCompact, formatDuration, formatMoney, formatMoneyExact, formatNumber, formatPercent } from "../../ui/format";
import { Empty, SkeletonRows } from "../../ui/states";
import { quoteValue } from "../filter/terms";
import { useRangeSearch } from "../time-range/range-context";

/** Providers and models side by side, most used first. */
export function ModelTable({ rows }: { rows: ProviderStats[] | undefined }) {
  const search = useRangeSearch();
  if (!rows) return <SkeletonRows rows={4} />;
  if (rows.length === 0) return <Empty title="No models yet" />;
  const most = Math.max(...rows.map((row) => row.requests));
  return (
    <div className="plain-table-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th>Model</th>
            <th className="end">Requests</th>
            <th className="end">Success</th>
            <th className="end">Input</th>
            <th className="end">Output</th>
            <th className="end">Cost</th>
            <th className="end">p50</th>
            <th className="end">p95</th>
            <th className="end">First token</th>
            <th className="end">Tokens/s</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.provider}/${row.model}`}>
              <td>
                <Link className="model-name" to={`/calls${search({ q: filterOf(row) })}`}>
                  <b>{row.model ?? "no model"}</b> <span className="muted">{row.provider ?? "no provider"}</span>
                </Link>
                <span className="share" aria-hidden="true">
                  <i style={{ width: `${(row.requests / most) * 100}%` }} />
                </span>
              </td>
              <td className="end">{formatCompact(row.requests)}</td>
              <td className={`end${row.success_rate != null && row.success_rate < 0.95 ? " worse" : ""}`}>
                {formatPercent(row.success_rate)}
              </td>
              <td className="end">{formatCompact(row.input_tokens)}</td>
              <td className="end">{formatCompact(row.output_tokens)}</td>
              <td className={row.cost_usd == null ? "end muted" : "end"} title={costTitle(row)}>
                {row.cost_usd != null && row.unpriced_requests > 0 ? "≥ " : ""}
                {formatMoney(row.cost_usd)}
              </td>
              <td className="end">{formatDuration(row.latency_ms.p50)}</td>
              <td className="end">{formatDuration(row.latency_ms.p95)}</td>
              <td className="end">{formatDuration(row.time_to_first_token_ms.p50)}</td>
              <td className="end">{formatNumber(row.output_tokens_per_second)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function filterOf(row: ProviderStats): string {
  const terms = [
    row.model ? `model:${quoteValue(row.model)}` : "-model:*",
    row.provider ? `provider:${quoteValue(row.provider)}` : "-provider:*",
  ];
  return terms.join(" ");
}

function costTitle(row: ProviderStats): string {
  const missing = row.unpriced_requests > 0 ? `, ${row.unpriced_requests} unpriced` : "";
  return formatMoneyExact(row.cost_usd) + missing;
}
