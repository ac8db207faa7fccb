import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import type { SqlResult } from "../api/types";
import { SqlTable } from "../features/sql/sql-table";
import { Button } from "../ui/button";
import { Page } from "../ui/page";
import { ErrorState, SkeletonRows } from "../ui/states";
import "../features/sql/sql.css";

const EXAMPLES = [
  {
    label: "Cost by model",
    query:
      "SELECT response_model, count(*) AS calls, sum(total_tokens) AS tokens, sum(cost_usd) AS cost_usd\nFROM spans\nWHERE kind = 'llm'\nGROUP BY response_model\nORDER BY cost_usd DESC NULLS LAST\nLIMIT 50",
  },
  {
    label: "Slowest calls",
    query:
      "SELECT start_time, response_model, duration_ms, input_tokens, output_tokens, trace_id\nFROM spans\nWHERE kind = 'llm'\nORDER BY duration_ms DESC NULLS LAST\nLIMIT 50",
  },
  {
    label: "Errors by hour",
    query:
      "SELECT date_trunc('hour', start_time) AS hour, error_type, count(*) AS errors\nFROM spans\nWHERE status = 'error'\nGROUP BY 1, 2\nORDER BY 1 DESC, 3 DESC\nLIMIT 200",
  },
];

export default function SqlPage() {
  const [query, setQuery] = useState(EXAMPLES[0]?.query ?? "");
  const run = useMutation({ mutationFn: (text: string) => request<SqlResult>(paths.sql, { method: "POST", body: { query: text } }) });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    run.mutate(query);
  };
  return (
    <Page title="SQL" subtitle="Read-only, over this project's spans, traces, logs, metrics and scores" locked>
      <div className="sql-editor">
        <textarea
          className="input mono"
          aria-label="SQL query"
          rows={7}
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="row wrap">
          <Button variant="primary" disabled={run.isPending || query.trim() === ""} onClick={() => run.mutate(query)}>
            <Play size={14} />
            Run
          </Button>
          <span className="muted">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
          <span className="grow" />
          {EXAMPLES.map((example) => (
            <Button key={example.label} variant="ghost" small onClick={() => setQuery(example.query)}>
              {example.label}
            </Button>
          ))}
        </div>
      </div>
      <div className="card">
        {run.isPending ? (
          <SkeletonRows rows={8} />
        ) : run.isError ? (
          <ErrorState error={run.error} onRetry={() => run.mutate(query)} />
        ) : run.data ? (
          <SqlTable result={run.data} />
        ) : (
          <p className="muted sql-hint">
            Run a query to see its rows. No time range is implied: name one in the query when there is much data.
          </p>
        )}
      </div>
    </Page>
  );
}
