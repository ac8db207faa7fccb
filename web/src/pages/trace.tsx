import { ArrowLeft } from "lucide-react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import type { TraceDetail } from "../api/types";
import { EraseButton } from "../features/erase/erase-button";
import { TraceScores } from "../features/scores/trace-scores";
import { SpanPanel } from "../features/span/span-panel";
import { useTrace } from "../features/waterfall/use-trace";
import { WaterfallView } from "../features/waterfall/waterfall";
import { StatusBadge } from "../ui/badge";
import { CopyButton } from "../ui/copy";
import { formatCompact, formatCount, formatDuration, formatMoney, formatMoneyExact, formatTime, plural, shortId } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import { ApiError } from "../api/problem";
import "./trace.css";

export default function TracePage() {
  const { traceId = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const { trace, spans, loaded, error, isLoading, isComplete, refetch } = useTrace(traceId);
  const navigate = useNavigate();
  const chosen = params.get("span");
  const selected = chosen ?? firstOf(spans);

  const select = (spanId: string | null) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        if (spanId) next.set("span", spanId);
        else next.delete("span");
        return next;
      },
      { replace: true },
    );

  if (error && !trace) {
    const isMissing = error instanceof ApiError && error.status === 404;
    return (
      <Page title="Trace">
        <div className="card">{isMissing ? <NoTrace traceId={traceId} /> : <ErrorState error={error} onRetry={refetch} />}</div>
      </Page>
    );
  }
  return (
    <Page
      title={trace?.name ?? "Trace"}
      locked
      subtitle={trace && <TraceLine trace={trace} onErased={() => void navigate("/traces")} />}
      actions={trace && <TraceTotals trace={trace} />}
    >
      <div className="card trace-body">
        <div className="trace-spans" aria-busy={!isComplete}>
          {isLoading ? <SkeletonRows rows={12} /> : <WaterfallView spans={spans} selected={selected} onSelect={select} />}
          {!isComplete && trace && (
            <div className="trace-progress num" role="status">
              {formatCount(loaded)} of {formatCount(trace.span_count)} spans
            </div>
          )}
        </div>
        {selected && <SpanPanel traceId={traceId} spanId={selected} />}
      </div>
    </Page>
  );
}

/** A trace opens on its first failed call, else its first model call, else its first span: what people come for. */
function firstOf(spans: TraceDetail["spans"]): string | null {
  const calls = spans.filter((span) => span.kind === "llm");
  return (calls.find((span) => span.status === "error") ?? calls[0] ?? spans[0])?.span_id ?? null;
}

function TraceLine({ trace, onErased }: { trace: TraceDetail; onErased: () => void }) {
  return (
    <span className="row trace-line">
      <Link className="link row" to="/traces">
        <ArrowLeft size={12} />
        Traces
      </Link>
      <span className="num">{formatTime(trace.start_time, { seconds: true })}</span>
      <code title={trace.trace_id}>{shortId(trace.trace_id)}</code>
      <CopyButton text={trace.trace_id} label="Copy trace id" />
      <EraseButton target={{ by: "trace", trace_id: trace.trace_id }} label="this trace" onErased={onErased} />
      <TraceScores traceId={trace.trace_id} />
    </span>
  );
}

function TraceTotals({ trace }: { trace: TraceDetail }) {
  const partial = trace.unpriced_requests > 0 && trace.total_cost_usd != null;
  const facts: [string, string, string?][] = [
    ["Duration", trace.duration_ms == null ? "running" : formatDuration(trace.duration_ms)],
    ["Spans", formatCount(trace.span_count)],
    ["Tokens", formatCompact(trace.total_tokens)],
    ["Cost", trace.request_count === 0 ? "–" : `${partial ? "≥ " : ""}${formatMoney(trace.total_cost_usd)}`, costTitle(trace)],
  ];
  return (
    <div className="row trace-totals">
      <StatusBadge status={trace.status} />
      <dl className="row">
        {facts.map(([name, value, title]) => (
          <div key={name} title={title}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function costTitle(trace: TraceDetail): string {
  const missing = trace.unpriced_requests > 0 ? `, ${plural(trace.unpriced_requests, "call")} without a price left out` : "";
  return formatMoneyExact(trace.total_cost_usd) + missing;
}

function NoTrace({ traceId }: { traceId: string }) {
  return (
    <Empty
      title="No such trace"
      action={
        <Link className="button" to="/traces">
          All traces
        </Link>
      }
    >
      Nothing is stored under {traceId} in this project. It may belong to another project, or its retention may have ended.
    </Empty>
  );
}
