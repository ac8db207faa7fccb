import type { StoreStats, SystemStatus } from "../../api/types";
import { formatBytes, formatCompact, formatCount, formatDuration } from "../../ui/format";

/** Where ingest starts to refuse; see ARCHITECTURE.md on compaction debt. */
const MOST_LEVEL0_SEGMENTS = 4_096;

export function StoreCard({ status }: { status: SystemStatus }) {
  const { store } = status;
  const facts: [string, string, string?][] = [
    ["Spans", formatCompact(store.spans), formatCount(store.spans)],
    ["Log records", formatCompact(store.logs), formatCount(store.logs)],
    ["Metric points", formatCompact(store.metrics), formatCount(store.metrics)],
    ["Scores", formatCompact(store.scores), formatCount(store.scores)],
    ["On disk, compacted", formatBytes(store.compacted_bytes)],
    ["Compacted segments", formatCount(store.compacted_segments)],
    ["Held in memory", formatBytes(store.hot_bytes)],
    ["Publications", formatCount(store.commit_seq)],
    ["Up for", formatDuration(status.uptime_seconds * 1e3)],
  ];
  return (
    <>
      <section className="card" aria-label="Store">
        <div className="card-head">
          <h2>Store</h2>
        </div>
        <dl className="system-facts">
          {facts.map(([name, value, title]) => (
            <div key={name} title={title}>
              <dt>{name}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Debt store={store} />
    </>
  );
}

/** What compaction still has to do. */
function Debt({ store }: { store: StoreStats }) {
  const share = store.level0_segments / MOST_LEVEL0_SEGMENTS;
  const tone = share > 0.75 ? "error" : share > 0.25 ? "warn" : "ok";
  return (
    <section className="card" aria-label="Compaction">
      <div className="card-head">
        <h2>Compaction debt</h2>
        <span className="muted num">
          {formatCount(store.level0_segments)} segments, {formatBytes(store.level0_bytes)} waiting
        </span>
      </div>
      <div className="debt">
        <div
          className={`debt-bar ${tone}`}
          role="meter"
          aria-label="Compaction debt"
          aria-valuemin={0}
          aria-valuemax={MOST_LEVEL0_SEGMENTS}
          aria-valuenow={store.level0_segments}
        >
          <i style={{ width: `${Math.min(100, share * 100)}%` }} />
        </div>
        <p className="muted">
          At {formatCount(MOST_LEVEL0_SEGMENTS)} waiting segments ingest answers 503 until compaction has caught up; exporters then retry
          and lose nothing.
        </p>
        {store.quarantined_segments > 0 && (
          <p className="notice error">
            {formatCount(store.quarantined_segments)} damaged segments are quarantined. The rest stays readable; the log names them.
          </p>
        )}
      </div>
    </section>
  );
}
