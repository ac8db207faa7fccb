import type { SystemStatus } from "../../api/types";
import { formatBytes, formatCompact, formatCount, formatDuration } from "../../ui/format";

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
  );
}
