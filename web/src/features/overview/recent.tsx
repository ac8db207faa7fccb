import { useState } from "react";
import { Link } from "react-router";
import { paths, REQUESTS_ONLY } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Page, SpanSummary } from "../../api/types";
import { StatusDot } from "../../ui/badge";
import { formatClock, formatDuration, formatMoney } from "../../ui/format";
import { ErrorState, SkeletonRows } from "../../ui/states";
import { modelOf, spanHref } from "../calls/call-columns";
import { LiveToggle } from "../live/live-toggle";
import { useLive } from "../live/use-live";

const SHOWN = 14;

/** The newest calls, as they happen. */
export function RecentActivity() {
  const [isLive, setLive] = useState(true);
  const read = useRead<Page<SpanSummary>>(paths.spans, { limit: SHOWN, filter: REQUESTS_ONLY });
  const live = useLive({
    kind: "span",
    filter: REQUESTS_ONLY,
    enabled: isLive,
    most: SHOWN,
    pick: (row) => (row.type === "span" ? row : null),
  });
  const seen = new Set<string>();
  const fresh = new Set<SpanSummary>(live.rows);
  const rows = [...live.rows, ...(read.data?.items ?? [])]
    .filter((span) => (seen.has(span.trace_id + span.span_id) ? false : seen.add(span.trace_id + span.span_id)))
    .slice(0, SHOWN);
  return (
    <section className="card recent" aria-label="Recent activity">
      <div className="card-head">
        <h2>Recent activity</h2>
        <span className="spacer" />
        <LiveToggle small on={isLive} state={live.state} onChange={setLive} />
      </div>
      {read.isError && <ErrorState error={read.error} onRetry={() => void read.refetch()} />}
      {read.isPending && <SkeletonRows rows={6} />}
      <ol>
        {rows.map((span) => (
          <li key={span.trace_id + span.span_id} className={fresh.has(span) ? "fresh" : undefined}>
            <Link to={spanHref(span)}>
              <StatusDot status={span.status} />
              <time className="muted num" dateTime={span.start_time}>
                {formatClock(span.start_time).slice(0, 8)}
              </time>
              <span className="recent-model truncate">{modelOf(span) ?? span.name}</span>
              <span className="soft truncate grow recent-preview">
                {span.status === "error" ? (span.error_type ?? "error") : (span.input_preview ?? "")}
              </span>
              <span className="num soft">{formatDuration(span.duration_ms)}</span>
              <span className={span.cost.total_usd == null ? "num muted" : "num"}>{formatMoney(span.cost.total_usd)}</span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
