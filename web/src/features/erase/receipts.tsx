import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Erasure, Items } from "../../api/types";
import { Badge } from "../../ui/badge";
import { formatAgo, formatCount, formatTime } from "../../ui/format";
import { Empty, ErrorState, SkeletonRows } from "../../ui/states";
import { describeTarget, isUnderWay, STATES } from "./target";

const REFRESH_MS = 3_000;
const SHOWN = 100;

/** What was erased, newest first, and how far it is. */
export function Receipts() {
  const query = { limit: SHOWN };
  const first = useRead<Items<Erasure>>(paths.erasures, query);
  const listed = first.data?.items ?? [];
  // While something is under way its state moves on without us.
  useRead<Items<Erasure>>(paths.erasures, query, { enabled: listed.some(isUnderWay), every: REFRESH_MS });
  if (first.isError) return <ErrorState error={first.error} onRetry={() => void first.refetch()} />;
  if (!first.data) return <SkeletonRows rows={3} />;
  if (listed.length === 0) return <Empty title="Nothing was erased">Each erasure leaves a receipt here.</Empty>;
  return (
    <div className="plain-table-scroll">
      <table className="plain-table" aria-label="Receipts">
        <thead>
          <tr>
            <th>What</th>
            <th>State</th>
            <th className="end">Spans</th>
            <th className="end">Hidden since</th>
            <th className="end">Out of live files</th>
            <th className="end">Gone</th>
          </tr>
        </thead>
        <tbody>
          {listed.map((erasure) => (
            <tr key={erasure.id}>
              <td title={erasure.id}>
                <b className="trace-name">{describeTarget(erasure.target)}</b>
              </td>
              <td>
                <Badge tone={STATES[erasure.state].tone} title={STATES[erasure.state].means}>
                  {STATES[erasure.state].label}
                </Badge>
              </td>
              <td className="end">{formatCount(erasure.hidden_spans)}</td>
              <Moment time={erasure.requested_at} />
              <Moment time={erasure.rewritten_at} />
              <Moment time={erasure.erased_at} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Moment({ time }: { time: string | null | undefined }) {
  return (
    <td className="end soft" title={time ? formatTime(time, { seconds: true }) : undefined}>
      {time ? formatAgo(time) : "not yet"}
    </td>
  );
}
