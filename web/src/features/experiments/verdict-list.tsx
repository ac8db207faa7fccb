import type { Verdict } from "../../api/types";
import { formatMoney, formatNumber } from "../../ui/format";
import { LongText } from "../conversation/long-text";
import { PassedBadge } from "./passed";
import "./experiments.css";

/** The value of a verdict as it is read in a table: a number, a label, or both. */
export function verdictText(verdict: Verdict): string {
  const value = verdict.value == null ? [] : [formatNumber(verdict.value)];
  return [...value, ...(verdict.label ? [verdict.label] : [])].join(" · ");
}

/** What each metric says about a result, and why. */
export function VerdictList({ verdicts }: { verdicts: Verdict[] }) {
  if (verdicts.length === 0) return <p className="muted">Nothing was judged.</p>;
  return (
    <ul className="verdict-list" aria-label="Verdicts">
      {verdicts.map((verdict) => (
        <li key={verdict.name}>
          <header>
            <b className="truncate">{verdict.name}</b>
            <span className="num">{verdictText(verdict)}</span>
            {verdict.threshold != null && <span className="muted num">needs {formatNumber(verdict.threshold)}</span>}
            <span className="grow" />
            {verdict.success != null && <PassedBadge passed={verdict.success} />}
          </header>
          {verdict.error && <p className="verdict-error">{verdict.error}</p>}
          {verdict.reason && <LongText text={verdict.reason} />}
          {(verdict.model || verdict.cost_usd != null) && (
            <p className="muted">
              {[verdict.model, verdict.cost_usd != null && formatMoney(verdict.cost_usd)].filter(Boolean).join(" · ")}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
