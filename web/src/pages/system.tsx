import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { Health, SystemStatus } from "../api/types";
import { ComponentTable } from "../features/system/component-table";
import { DebtCard } from "../features/system/debt-card";
import { JobTable } from "../features/system/job-table";
import { StoreCard } from "../features/system/store-card";
import { Page } from "../ui/page";
import { ErrorState, Skeleton, SkeletonRows } from "../ui/states";
import "../features/system/system.css";

const REFRESH_MS = 5_000;

export default function SystemPage() {
  const health = useRead<Health>(paths.health, {}, { every: REFRESH_MS, accept: [503] });
  const status = useRead<SystemStatus>(paths.status, {}, { every: REFRESH_MS });
  return (
    <Page title="System" subtitle={status.data?.version ? `Telltale ${status.data.version}` : "How this server is doing"}>
      <section className="card" aria-label="Components">
        <div className="card-head">
          <h2>Components</h2>
        </div>
        {health.isError ? (
          <ErrorState error={health.error} onRetry={() => void health.refetch()} />
        ) : health.data ? (
          <ComponentTable health={health.data} />
        ) : (
          <SkeletonRows rows={4} />
        )}
      </section>
      {status.isError ? (
        <div className="card">
          <ErrorState error={status.error} onRetry={() => void status.refetch()} />
        </div>
      ) : status.data ? (
        <>
          <StoreCard status={status.data} />
          <DebtCard debt={status.data.debt} quarantined={status.data.store.quarantined_segments} />
          <JobTable jobs={status.data.jobs} />
        </>
      ) : (
        <Skeleton height={220} />
      )}
    </Page>
  );
}
