import { useState } from "react";
import { Link } from "react-router";
import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { Level, LogRecord } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { Facet } from "../features/filter/facet";
import { FilterBox } from "../features/filter/filter-box";
import { fieldValues, setFieldValues } from "../features/filter/terms";
import { useFilter } from "../features/filter/use-filter";
import { Highlight, Marked } from "../features/highlight/highlight";
import { LiveToggle } from "../features/live/live-toggle";
import { useLive } from "../features/live/use-live";
import { LogDialog } from "../features/logs/log-dialog";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { LevelBadge } from "../ui/badge";
import { Segmented } from "../ui/button";
import type { Column } from "../ui/data-table";
import { formatClock, formatTime, shortId } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/calls/calls.css";
import "../features/logs/logs.css";

const PAGE_ROWS = 200;
const MOST_LIVE_ROWS = 500;
const ORDER: Level[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const LEVELS = [
  { value: "all", label: "All" },
  { value: "INFO", label: "Info +" },
  { value: "WARNING", label: "Warning +" },
  { value: "ERROR", label: "Error +" },
] as const;
type LeastLevel = (typeof LEVELS)[number]["value"];

export default function LogsPage() {
  const { from, to, tick, spec } = useTimeRange();
  const [filter, setFilter] = useFilter();
  const [isLive, setLive] = useState(false);
  const [open, setOpen] = useState<LogRecord | null>(null);
  const result = useRows<LogRecord>(paths.logs, { from, to, filter, limit: PAGE_ROWS }, { version: tick });
  const live = useLive({
    kind: "log",
    filter,
    enabled: isLive && "preset" in spec,
    most: MOST_LIVE_ROWS,
    pick: (row) => (row.type === "log" ? row : null),
  });
  return (
    <Page title="Logs" subtitle="What your applications wrote, with the traces it belongs to" locked actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox
          rowKind="log"
          value={filter}
          onChange={setFilter}
          error={result.error}
          placeholder={'Search: timeout level:ERROR service:api "connection reset"'}
        />
        <Segmented
          label="Least level"
          value={leastOf(filter)}
          options={LEVELS}
          onChange={(least) => setFilter(setFieldValues(filter, "level", levelsFrom(least)))}
        />
        <Facet label="Service" rowKind="log" field="service" filter={filter} onChange={setFilter} />
        {"preset" in spec && <LiveToggle on={isLive} state={live.state} onChange={setLive} />}
      </div>
      <Highlight filter={filter}>
        <RowsCard
          label="Logs"
          result={result}
          columns={columns(setOpen)}
          rowKey={keyOf}
          rowHeight={32}
          live={isLive ? live.rows : []}
          empty={
            filter ? (
              <Empty title="Nothing matches">No log record in this time range matches the filter.</Empty>
            ) : (
              <Empty
                title="No logs in this time range"
                action={
                  <Link className="button" to="/connect">
                    How to send logs
                  </Link>
                }
              >
                Logs arrive over OTLP at /v1/logs, or as JSON at /api/v1/ingest/app.
              </Empty>
            )
          }
        />
        {open && <LogDialog log={open} onClose={() => setOpen(null)} />}
      </Highlight>
    </Page>
  );
}

/** Records have no id; two that agree in all of this look alike anyway. */
function keyOf(log: LogRecord): string {
  return [log.timestamp, log.ingest_time, log.level, log.service, log.span_id, log.message].join("|");
}

function levelsFrom(least: LeastLevel): string[] {
  return least === "all" ? [] : ORDER.slice(ORDER.indexOf(least));
}

function leastOf(filter: string): LeastLevel {
  const chosen = fieldValues(filter, "level").map((level) => level.toUpperCase());
  return LEVELS.find((option) => option.value !== "all" && levelsFrom(option.value).join() === chosen.join())?.value ?? "all";
}

function columns(onOpen: (log: LogRecord) => void): Column<LogRecord>[] {
  return [
    {
      id: "time",
      header: "Time",
      width: "98px",
      cell: (log) => (
        <span className="soft num" title={formatTime(log.timestamp, { seconds: true })}>
          {formatClock(log.timestamp)}
        </span>
      ),
    },
    { id: "level", header: "Level", width: "70px", cell: (log) => <LevelBadge level={log.level} /> },
    {
      id: "message",
      header: "Message",
      width: "minmax(200px, 1fr)",
      cell: (log) => (
        <button type="button" className="row-link log-message mono" onClick={() => onOpen(log)}>
          <Marked text={log.message} />
        </button>
      ),
    },
    { id: "logger", header: "Logger", width: "120px", from: 1060, cell: (log) => <span className="muted">{log.logger ?? ""}</span> },
    { id: "service", header: "Service", width: "110px", from: 760, cell: (log) => <span className="soft">{log.service ?? ""}</span> },
    {
      id: "trace",
      header: "Trace",
      width: "76px",
      from: 560,
      cell: (log) =>
        log.trace_id && (
          <Link className="link mono above" to={`/traces/${log.trace_id}${log.span_id ? `?span=${log.span_id}` : ""}`}>
            {shortId(log.trace_id)}
          </Link>
        ),
    },
  ];
}
