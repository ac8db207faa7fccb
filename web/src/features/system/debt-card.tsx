import type { Debt } from "../../api/types";
import { formatBytes, formatCount, formatDuration } from "../../ui/format";
import { debtShare, debtTone } from "./debt";

/** What background work still has to do. */
export function DebtCard({ debt, quarantined }: { debt: Debt; quarantined: number }) {
  const age = debt.level0_oldest_age_seconds;
  const facts: [string, string][] = [
    ["Oldest waits for", formatDuration(age == null ? null : age * 1e3)],
    ["Spans to amend", formatCount(debt.amended_spans)],
    ["Segments to merge", formatCount(debt.segments_to_merge)],
    ["Erasures under way", formatCount(debt.pending_erasures)],
  ];
  return (
    <section className="card" aria-label="Compaction">
      <div className="card-head">
        <h2>Compaction debt</h2>
        <span className="muted num">
          {formatCount(debt.level0_segments)} segments, {formatBytes(debt.level0_bytes)} waiting
        </span>
      </div>
      <div className="debt">
        <div
          className={`debt-bar ${debtTone(debt)}`}
          role="meter"
          aria-label="Compaction debt"
          aria-valuemin={0}
          aria-valuemax={debt.level0_segments_limit}
          aria-valuenow={debt.level0_segments}
        >
          <i style={{ width: `${Math.min(100, debtShare(debt) * 100)}%` }} />
        </div>
        <p className="muted">
          At {formatCount(debt.level0_segments_limit)} waiting segments ingest answers 503 until compaction has caught up; exporters then
          retry and lose nothing.
        </p>
        {debt.last_error && <p className="notice warn">The last piece of work failed and is tried again: {debt.last_error}</p>}
        {quarantined > 0 && (
          <p className="notice error">
            {formatCount(quarantined)} damaged segments are quarantined. The rest stays readable; the log names them.
          </p>
        )}
      </div>
      <dl className="system-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
