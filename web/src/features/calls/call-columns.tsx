import type { SpanSummary } from "../../api/types";
import type { Column } from "../../ui/data-table";
import { StatusDot } from "../../ui/badge";
import { formatCompact, formatDuration, formatMoney, formatMoneyExact, formatTime } from "../../ui/format";
import { Marked } from "../highlight/highlight";
import { scoresColumn } from "../scores/score-chips";
import { KindIcon } from "../waterfall/kind";

export function modelOf(span: Pick<SpanSummary, "response_model" | "request_model">): string | null {
  return span.response_model ?? span.request_model ?? null;
}

export function spanHref(span: { trace_id: string; span_id: string }): string {
  return `/traces/${span.trace_id}?span=${span.span_id}`;
}

/** The columns of a list of calls; those of least weight leave first when it gets narrow. */
export function callColumns({ withScores = false } = {}): Column<SpanSummary>[] {
  return [
    {
      id: "status",
      header: <span className="visually-hidden">Status</span>,
      width: "10px",
      cell: (span) => <StatusDot status={span.status} />,
    },
    {
      id: "time",
      header: "Time",
      width: "104px",
      cell: (span) => (
        <span className="soft num" title={formatTime(span.start_time, { seconds: true })}>
          {formatTime(span.start_time)}
        </span>
      ),
    },
    {
      id: "name",
      header: "Call",
      width: "minmax(150px, 0.8fr)",
      isLink: true,
      cell: (span) => (
        <span className="row">
          <KindIcon kind={span.kind} />
          <span className="truncate">{modelOf(span) ?? span.name}</span>
        </span>
      ),
    },
    { id: "provider", header: "Provider", width: "92px", from: 1080, cell: (span) => <span className="soft">{span.provider ?? "–"}</span> },
    {
      id: "preview",
      header: "Input → output",
      width: "minmax(180px, 2.2fr)",
      from: 620,
      cell: (span) => <Preview span={span} />,
    },
    ...(withScores ? [scoresColumn<SpanSummary>()] : []),
    { id: "user", header: "User", width: "104px", from: 1120, cell: (span) => <span className="soft">{span.user_id ?? "–"}</span> },
    {
      id: "tokens",
      header: "Tokens",
      width: "112px",
      end: true,
      from: 860,
      cell: (span) => (
        <span title="input → output">
          {formatCompact(span.usage.input_tokens)} <span className="muted">→</span> {formatCompact(span.usage.output_tokens)}
        </span>
      ),
    },
    {
      id: "cost",
      header: "Cost",
      width: "86px",
      end: true,
      cell: (span) => (
        <span className={span.cost.total_usd == null ? "muted" : undefined} title={formatMoneyExact(span.cost.total_usd)}>
          {formatMoney(span.cost.total_usd)}
        </span>
      ),
    },
    {
      id: "duration",
      header: "Duration",
      width: "74px",
      end: true,
      cell: (span) => (span.duration_ms == null ? <span className="muted">running</span> : formatDuration(span.duration_ms)),
    },
  ];
}

function Preview({ span }: { span: SpanSummary }) {
  if (span.status === "error") {
    return (
      <span className="preview-error">
        <Marked text={[span.error_type, span.error_message].filter(Boolean).join(": ") || "Error"} />
      </span>
    );
  }
  return (
    <>
      <span className="soft">
        {span.input_preview ? <Marked text={span.input_preview} /> : <span className="muted">no input recorded</span>}
      </span>
      {span.output_preview && (
        <span className="muted">
          {" → "}
          <Marked text={span.output_preview} />
        </span>
      )}
    </>
  );
}
