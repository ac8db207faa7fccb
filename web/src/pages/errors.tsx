import { CircleCheck } from "lucide-react";
import { Link } from "react-router";
import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { ErrorGroup, Items } from "../api/types";
import { FilterBox } from "../features/filter/filter-box";
import { quoteValue } from "../features/filter/terms";
import { useFilter } from "../features/filter/use-filter";
import { useRangeSearch, useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { ApiError } from "../api/problem";
import { Badge } from "../ui/badge";
import { formatAgo, formatCount, formatTime } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "./errors.css";

export default function ErrorsPage() {
  const { from, to, tick } = useTimeRange();
  const [filter, setFilter] = useFilter();
  const groups = useRead<Items<ErrorGroup>>(paths.errors, { from, to, filter }, { version: tick });
  const isRefused = groups.error instanceof ApiError && groups.error.status === 400;
  return (
    <Page title="Errors" subtitle="Failed spans, grouped by type, provider and model" actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox rowKind="span" value={filter} onChange={setFilter} error={groups.error} />
      </div>
      <div className="card">
        {groups.isPending ? (
          <SkeletonRows rows={8} height={34} />
        ) : groups.error && !isRefused ? (
          <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />
        ) : isRefused ? null : (
          <Groups groups={groups.data?.items ?? []} />
        )}
      </div>
    </Page>
  );
}

function Groups({ groups }: { groups: ErrorGroup[] }) {
  const search = useRangeSearch();
  if (groups.length === 0)
    return (
      <Empty title="No errors" icon={<CircleCheck size={18} />}>
        Nothing failed in this time range.
      </Empty>
    );
  const most = Math.max(...groups.map((group) => group.count));
  return (
    <ul className="error-groups" aria-label="Error groups">
      {groups.map((group) => (
        <li key={group.fingerprint}>
          <div className="error-main">
            <div className="row">
              <Link className="error-type" to={`/calls${search({ q: filterOf(group) })}`}>
                {group.error_type ?? "Error without a type"}
              </Link>
              {group.model && <Badge>{group.model}</Badge>}
              {group.provider && <span className="muted">{group.provider}</span>}
            </div>
            <p className="soft truncate" title={group.example.error_message ?? undefined}>
              {group.example.error_message ?? <span className="muted">no message</span>}
            </p>
            <p className="muted num error-seen">
              <span title={formatTime(group.last_seen, { seconds: true })}>last {formatAgo(group.last_seen)}</span> ·{" "}
              <span title={formatTime(group.first_seen, { seconds: true })}>first {formatAgo(group.first_seen)}</span> ·{" "}
              <Link className="link" to={`/traces/${group.example.trace_id}?span=${group.example.span_id}`}>
                newest example
              </Link>
            </p>
          </div>
          <div className="error-count">
            <b className="num">{formatCount(group.count)}</b>
            <span className="error-bar" aria-hidden="true">
              <i style={{ width: `${(group.count / most) * 100}%` }} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** A filter that selects the group's spans, of whatever kind. */
function filterOf(group: ErrorGroup): string {
  return [
    "kind:*",
    "status:error",
    group.error_type ? `error:${quoteValue(group.error_type)}` : "-error:*",
    group.model ? `model:${quoteValue(group.model)}` : "",
    group.provider ? `provider:${quoteValue(group.provider)}` : "",
  ]
    .filter(Boolean)
    .join(" ");
}
