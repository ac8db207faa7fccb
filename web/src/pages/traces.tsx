import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { TraceSummary } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { FirstCall } from "../features/connect/first-call";
import { Facet } from "../features/filter/facet";
import { FilterBox } from "../features/filter/filter-box";
import { useFilter } from "../features/filter/use-filter";
import { Highlight, Marked } from "../features/highlight/highlight";
import { withSearch } from "../features/highlight/patterns";
import { hasFacts, scoresColumn } from "../features/scores/score-chips";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { StatusDot } from "../ui/badge";
import type { Column } from "../ui/data-table";
import { formatCompact, formatCount, formatDuration, formatMoney, formatMoneyExact, formatTime } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/calls/calls.css";

const PAGE_ROWS = 100;

const COLUMNS: Column<TraceSummary>[] = [
  {
    id: "status",
    header: <span className="visually-hidden">Status</span>,
    width: "10px",
    cell: (trace) => <StatusDot status={trace.status} />,
  },
  { id: "time", header: "Started", width: "104px", cell: (trace) => <span className="soft num">{formatTime(trace.start_time)}</span> },
  { id: "name", header: "Trace", width: "minmax(150px, 1fr)", isLink: true, cell: (trace) => <b className="trace-name">{trace.name}</b> },
  {
    id: "preview",
    header: "Input → output",
    width: "minmax(160px, 2fr)",
    from: 880,
    cell: (trace) => (
      <>
        <span className="soft">
          <Marked text={trace.input_preview ?? ""} />
        </span>
        {trace.output_preview && (
          <span className="muted">
            {" → "}
            <Marked text={trace.output_preview} />
          </span>
        )}
      </>
    ),
  },
  { id: "user", header: "User", width: "100px", from: 1100, cell: (trace) => <span className="soft">{trace.user_id ?? "–"}</span> },
  {
    id: "models",
    header: "Models",
    width: "minmax(96px, 0.7fr)",
    from: 1000,
    cell: (trace) => (
      <span className="soft" title={trace.models.join(", ")}>
        {trace.models.join(", ") || "–"}
      </span>
    ),
  },
  { id: "spans", header: "Spans", width: "56px", end: true, from: 620, cell: (trace) => formatCount(trace.span_count) },
  { id: "tokens", header: "Tokens", width: "66px", end: true, from: 700, cell: (trace) => formatCompact(trace.total_tokens) },
  {
    id: "cost",
    header: "Cost",
    width: "90px",
    end: true,
    cell: (trace) => <TraceCost trace={trace} />,
  },
  {
    id: "duration",
    header: "Duration",
    width: "76px",
    end: true,
    cell: (trace) => (trace.duration_ms == null ? <span className="muted">running</span> : formatDuration(trace.duration_ms)),
  },
];

/** Where scores go, when there are any. */
const SCORES_AFTER = COLUMNS.findIndex((column) => column.id === "preview") + 1;
const COLUMNS_WITH_SCORES = COLUMNS.toSpliced(SCORES_AFTER, 0, scoresColumn<TraceSummary>());

function TraceCost({ trace }: { trace: TraceSummary }) {
  if (trace.request_count === 0) return <span className="muted">–</span>;
  const partial = trace.unpriced_requests > 0 && trace.total_cost_usd != null;
  const title = partial
    ? `${formatMoneyExact(trace.total_cost_usd)} without ${trace.unpriced_requests} unpriced calls`
    : formatMoneyExact(trace.total_cost_usd);
  return (
    <span className={trace.total_cost_usd == null ? "muted" : undefined} title={title}>
      {partial ? "≥ " : ""}
      {formatMoney(trace.total_cost_usd)}
    </span>
  );
}

export default function TracesPage() {
  const { from, to, tick } = useTimeRange();
  const [filter, setFilter] = useFilter();
  const result = useRows<TraceSummary>(paths.traces, { from, to, filter, limit: PAGE_ROWS }, { version: tick });
  return (
    <Page title="Traces" subtitle="Runs of your application, each with all its steps" locked actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox
          rowKind="span"
          value={filter}
          onChange={setFilter}
          error={result.error}
          placeholder="Filter: traces with a span that matches"
        />
        <Facet label="Service" rowKind="span" field="service" filter={filter} onChange={setFilter} />
        <Facet label="Status" rowKind="span" field="status" filter={filter} onChange={setFilter} />
        <Facet label="Environment" rowKind="span" field="env" filter={filter} onChange={setFilter} />
      </div>
      <Highlight filter={filter}>
        <RowsCard
          label="Traces"
          result={result}
          columns={hasFacts(result.rows) ? COLUMNS_WITH_SCORES : COLUMNS}
          rowKey={(trace) => trace.trace_id}
          rowHref={(trace) => withSearch(`/traces/${trace.trace_id}`, filter)}
          empty={
            filter ? (
              <Empty title="Nothing matches">No trace in this time range has a span that matches the filter.</Empty>
            ) : (
              <FirstCall what="traces" />
            )
          }
        />
      </Highlight>
    </Page>
  );
}
