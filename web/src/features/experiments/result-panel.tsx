import { ArrowUpRight, X } from "lucide-react";
import { Link } from "react-router";
import type { ExperimentResult } from "../../api/types";
import { Button } from "../../ui/button";
import { formatDuration, formatMoney } from "../../ui/format";
import { traceHref } from "../datasets/item-panel";
import { ValueSection } from "../library/value-view";
import { PassedBadge } from "./passed";
import { caseName } from "./result-columns";
import { VerdictList } from "./verdict-list";

interface ResultPanelProps {
  result: ExperimentResult;
  onClose: () => void;
}

/** One case as a whole: what was judged and why, what went in, what came out. */
export function ResultPanel({ result, onClose }: ResultPanelProps) {
  return (
    <aside className="split-panel" aria-label={`Result ${caseName(result)}`}>
      <header>
        <h2 className="truncate" title={caseName(result)}>
          {caseName(result)}
        </h2>
        <PassedBadge passed={result.passed} />
        <span className="grow" />
        {result.trace_id && (
          <Link className="button small" to={traceHref(result.trace_id, result.span_id)}>
            <ArrowUpRight size={13} />
            Trace
          </Link>
        )}
        <Button small icon variant="ghost" aria-label="Close the result" onClick={onClose}>
          <X size={15} />
        </Button>
      </header>
      {result.error && (
        <div className="notice error" role="note" aria-label="Error">
          <span className="verdict-error">{result.error}</span>
        </div>
      )}
      <VerdictList verdicts={result.verdicts} />
      <ValueSection title="Input" value={result.input} always />
      <ValueSection title="Output" value={result.output} always />
      <ValueSection title="Expected output" value={result.expected_output} />
      <ValueSection title="Context" value={result.context} />
      <ValueSection title="Metadata" value={result.metadata} />
      <p className="muted num">
        {[
          result.duration_ms != null && formatDuration(result.duration_ms),
          result.cost_usd != null && formatMoney(result.cost_usd),
          result.item_id && `item ${result.item_id}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </aside>
  );
}
