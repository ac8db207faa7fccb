import { useMemo, useState } from "react";
import { paths, REQUESTS_ONLY } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { SpanSummary } from "../api/types";
import { callColumns, spanHref } from "../features/calls/call-columns";
import { RowsCard } from "../features/calls/rows-card";
import { FirstCall } from "../features/connect/first-call";
import { Facet } from "../features/filter/facet";
import { FilterBox } from "../features/filter/filter-box";
import { allOf } from "../features/filter/terms";
import { useFilter } from "../features/filter/use-filter";
import { Highlight } from "../features/highlight/highlight";
import { withSearch } from "../features/highlight/patterns";
import { LiveToggle } from "../features/live/live-toggle";
import { useLive } from "../features/live/use-live";
import { hasFacts } from "../features/scores/score-chips";
import { useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import { Button } from "../ui/button";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/calls/calls.css";

const PAGE_ROWS = 100;
const MOST_LIVE_ROWS = 500;
const FACETS = [
  { label: "Model", field: "model" },
  { label: "Provider", field: "provider" },
  { label: "Status", field: "status" },
  { label: "Environment", field: "env" },
];

export default function CallsPage() {
  const { from, to, tick, spec } = useTimeRange();
  const [filter, setFilter] = useFilter();
  const [isLive, setLive] = useState(false);
  // A filter that names kinds itself means what it says: a search for tools must find tools.
  const asked = /(^|[\s(-])kind:/.test(filter) ? filter : allOf(filter, REQUESTS_ONLY);
  const result = useRows<SpanSummary>(paths.spans, { from, to, filter: asked, limit: PAGE_ROWS }, { version: tick });
  const live = useLive({
    kind: "span",
    filter: asked,
    enabled: isLive && "preset" in spec,
    most: MOST_LIVE_ROWS,
    pick: (row) => (row.type === "span" ? row : null),
  });
  const withScores = hasFacts(result.rows);
  const columns = useMemo(() => callColumns({ withScores }), [withScores]);
  const fresh = new Set(isLive ? live.rows.map(keyOf) : []);

  return (
    <Page title="Calls" subtitle="Every model call, newest first" locked actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox rowKind="span" value={filter} onChange={setFilter} error={result.error} asked={asked} />
        {FACETS.map((facet) => (
          <Facet key={facet.field} {...facet} rowKind="span" filter={filter} onChange={setFilter} />
        ))}
        {"preset" in spec && <LiveToggle on={isLive} state={live.state} onChange={setLive} />}
      </div>
      <Highlight filter={filter}>
        <RowsCard
          label="Calls"
          result={result}
          columns={columns}
          rowKey={keyOf}
          rowHref={(span) => withSearch(spanHref(span), filter)}
          live={isLive ? live.rows : []}
          isFresh={(span) => fresh.has(keyOf(span))}
          empty={filter ? <NothingFound onClear={() => setFilter("")} /> : <FirstCall />}
        />
      </Highlight>
    </Page>
  );
}

function keyOf(span: SpanSummary): string {
  return span.trace_id + span.span_id;
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <Empty title="Nothing matches" action={<Button onClick={onClear}>Clear the filter</Button>}>
      No call in this time range matches the filter.
    </Empty>
  );
}
