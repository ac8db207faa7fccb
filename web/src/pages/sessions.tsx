import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { SessionSummary } from "../api/types";
import { activityColumns } from "../features/calls/activity-columns";
import { RowsCard } from "../features/calls/rows-card";
import { EraseButton } from "../features/erase/erase-button";
import { FilterBox } from "../features/filter/filter-box";
import { quoteValue } from "../features/filter/terms";
import { useFilter } from "../features/filter/use-filter";
import { hasFacts, scoresColumn } from "../features/scores/score-chips";
import { useRangeSearch, useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import type { Column } from "../ui/data-table";
import { formatCount } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/calls/calls.css";

const PAGE_ROWS = 100;

const COLUMNS: Column<SessionSummary>[] = [
  {
    id: "session",
    header: "Session",
    width: "minmax(160px, 1.6fr)",
    cell: (session) => <b className="trace-name">{session.session_id}</b>,
  },
  { id: "user", header: "User", width: "minmax(100px, 1fr)", cell: (session) => <span className="soft">{session.user_id ?? "–"}</span> },
  { id: "traces", header: "Traces", width: "64px", end: true, cell: (session) => formatCount(session.traces) },
  ...activityColumns<SessionSummary>(),
  {
    id: "erase",
    header: <span className="visually-hidden">Erase</span>,
    width: "28px",
    cell: (session) => <EraseButton target={{ by: "session", session_id: session.session_id }} label={`session ${session.session_id}`} />,
  },
];

const COLUMNS_WITH_SCORES = COLUMNS.toSpliced(2, 0, scoresColumn<SessionSummary>());

export default function SessionsPage() {
  const { from, to, tick } = useTimeRange();
  const search = useRangeSearch();
  const [filter, setFilter] = useFilter();
  const result = useRows<SessionSummary>(paths.sessions, { from, to, filter, limit: PAGE_ROWS }, { version: tick });
  return (
    <Page title="Sessions" subtitle="Conversations, last active first" locked actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox
          rowKind="span"
          value={filter}
          onChange={setFilter}
          error={result.error}
          placeholder="Filter: sessions with a span that matches"
        />
      </div>
      <RowsCard
        label="Sessions"
        result={result}
        columns={hasFacts(result.rows) ? COLUMNS_WITH_SCORES : COLUMNS}
        rowKey={(session) => session.session_id}
        rowHref={(session) => `/traces${search({ q: `session:${quoteValue(session.session_id)}` })}`}
        empty={
          <Empty title={filter ? "Nothing matches" : "No sessions in this time range"}>
            Send <code>session_id</code>, or the attribute <code>session.id</code> or <code>gen_ai.conversation.id</code>, to see
            conversations here.
          </Empty>
        }
      />
    </Page>
  );
}
