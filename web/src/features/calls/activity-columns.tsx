import type { SessionSummary, UserSummary } from "../../api/types";
import type { Column } from "../../ui/data-table";
import { formatAgo, formatCompact, formatCount, formatMoney, formatMoneyExact, formatTime } from "../../ui/format";

/** What sessions and users have in common. */
export function activityColumns<T extends SessionSummary | UserSummary>(): Column<T>[] {
  return [
    { id: "requests", header: "Requests", width: "72px", end: true, cell: (row) => formatCount(row.requests) },
    {
      id: "errors",
      header: "Errors",
      width: "60px",
      end: true,
      from: 780,
      cell: (row) => <span className={row.errors > 0 ? "preview-error" : "muted"}>{formatCount(row.errors)}</span>,
    },
    { id: "tokens", header: "Tokens", width: "72px", end: true, from: 880, cell: (row) => formatCompact(row.total_tokens) },
    {
      id: "cost",
      header: "Cost",
      width: "96px",
      end: true,
      cell: (row) => (
        <span className={row.total_cost_usd == null ? "muted" : undefined} title={formatMoneyExact(row.total_cost_usd)}>
          {row.unpriced_requests > 0 && row.total_cost_usd != null ? "≥ " : ""}
          {formatMoney(row.total_cost_usd)}
        </span>
      ),
    },
    {
      id: "first",
      header: "First seen",
      width: "100px",
      end: true,
      from: 1000,
      cell: (row) => (
        <span className="soft" title={formatTime(row.first_seen, { seconds: true })}>
          {formatAgo(row.first_seen)}
        </span>
      ),
    },
    {
      id: "last",
      header: "Last seen",
      width: "92px",
      end: true,
      cell: (row) => (
        <span className="soft" title={formatTime(row.last_seen, { seconds: true })}>
          {formatAgo(row.last_seen)}
        </span>
      ),
    },
  ];
}
