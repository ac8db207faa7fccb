import { Link } from "react-router";
import type { CostAnswer, CostItem } from "../../api/types";
import { formatCompact, formatCount, formatMoney, formatMoneyExact, formatPercent } from "../../ui/format";
import { Empty, SkeletonRows } from "../../ui/states";
import { useRangeSearch } from "../time-range/range-context";
import { filterOf, labelOf, type CostGroup } from "./groups";

/** What each group cost, most expensive first. */
export function CostTable({ answer, group }: { answer: CostAnswer | undefined; group: CostGroup }) {
  if (!answer) return <SkeletonRows rows={6} />;
  if (answer.items.length === 0) return <Empty title="No model calls in this time range" />;
  const whole = answer.total.cost_usd ?? 0;
  return (
    <div className="plain-table-scroll">
      <table className="plain-table" aria-label="Costs by group">
        <thead>
          <tr>
            <th>{labelOf(group)}</th>
            <th className="end">Cost</th>
            <th className="end">Share</th>
            <th className="end">Calls</th>
            <th className="end">Failed</th>
            <th className="end">Priced</th>
            <th className="end">Per success</th>
            <th className="end">Input</th>
            <th className="end">Cached</th>
            <th className="end">Output</th>
          </tr>
        </thead>
        <tbody>
          {answer.items.map((item) => (
            <Row key={JSON.stringify(item.groups)} item={item} group={group} whole={whole} />
          ))}
        </tbody>
      </table>
      {answer.more && (
        <p className="muted table-note">The most expensive {formatCount(answer.items.length)} are shown. The file has more.</p>
      )}
    </div>
  );
}

function Row({ item, group, whole }: { item: CostItem; group: CostGroup; whole: number }) {
  const search = useRangeSearch();
  const name = item.groups[0];
  const filter = filterOf(group, name);
  const share = item.cost_usd != null && whole > 0 ? item.cost_usd / whole : null;
  const isPartial = item.cost_usd != null && item.priced_requests < item.requests;
  const label = <b className={name == null ? "muted" : undefined}>{name ?? "none"}</b>;
  return (
    <tr>
      <td>
        {filter === null ? (
          label
        ) : (
          <Link className="model-name" to={`/calls${search({ q: filter })}`}>
            {label}
          </Link>
        )}
        <span className="share" aria-hidden="true">
          {share !== null && <i style={{ width: `${share * 100}%` }} />}
        </span>
      </td>
      <td className={item.cost_usd == null ? "end muted" : "end"} title={formatMoneyExact(item.cost_usd)}>
        {isPartial ? "≥ " : ""}
        {formatMoney(item.cost_usd)}
      </td>
      <td className="end">{formatPercent(share)}</td>
      <td className="end">{formatCompact(item.requests)}</td>
      <td className="end">{formatCompact(item.failed_requests)}</td>
      <td className={item.priced_requests < item.requests ? "end worse" : "end"}>{formatPercent(item.coverage)}</td>
      <td className="end" title={formatMoneyExact(item.cost_per_successful_request_usd)}>
        {formatMoney(item.cost_per_successful_request_usd)}
      </td>
      <td className="end">{formatCompact(item.input_tokens)}</td>
      <td className="end">{formatCompact(item.buckets.cache_read)}</td>
      <td className="end">{formatCompact(item.output_tokens)}</td>
    </tr>
  );
}
