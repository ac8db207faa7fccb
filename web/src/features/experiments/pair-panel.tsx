import { ArrowUpRight, X } from "lucide-react";
import { Link } from "react-router";
import type { ExperimentResult } from "../../api/types";
import { Button } from "../../ui/button";
import { traceHref } from "../datasets/item-panel";
import { ValueSection } from "../library/value-view";
import type { Pair } from "./compare";
import { PassedBadge } from "./passed";
import { caseName } from "./result-columns";
import { VerdictList } from "./verdict-list";

/** One case of both experiments: what went in once, what came out twice. */
export function PairPanel({ pair, onClose }: { pair: Pair; onClose: () => void }) {
  const one = pair.a ?? pair.b;
  return (
    <aside className="split-panel" aria-label="Case">
      <header>
        <h2 className="truncate">{one ? caseName(one) : ""}</h2>
        <span className="grow" />
        <Button small icon variant="ghost" aria-label="Close the case" onClick={onClose}>
          <X size={15} />
        </Button>
      </header>
      <ValueSection title="Input" value={one?.input} always />
      <ValueSection title="Expected output" value={one?.expected_output} />
      <Side name="A" result={pair.a} />
      <Side name="B" result={pair.b} />
    </aside>
  );
}

function Side({ name, result }: { name: string; result: ExperimentResult | null }) {
  return (
    <section className="stack pair-side" aria-label={`Result ${name}`}>
      <header className="row">
        <h3>{name}</h3>
        {result && <PassedBadge passed={result.passed} />}
        <span className="grow" />
        {result?.trace_id && (
          <Link className="button small" to={traceHref(result.trace_id, result.span_id)}>
            <ArrowUpRight size={13} />
            Trace
          </Link>
        )}
      </header>
      {result ? (
        <>
          {result.error && <p className="notice error verdict-error">{result.error}</p>}
          <ValueSection title={`Output ${name}`} value={result.output} always />
          <VerdictList verdicts={result.verdicts} />
        </>
      ) : (
        <p className="muted">This experiment does not have the case.</p>
      )}
    </section>
  );
}
