import type { ReactNode } from "react";
import { ApiError } from "../../api/problem";
import type { Rows } from "../../api/queries";
import { DataTable, type Column } from "../../ui/data-table";
import { Empty, ErrorState, SkeletonRows } from "../../ui/states";

interface RowsCardProps<T> {
  label: string;
  result: Rows<T>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  rowHref?: (row: T) => string;
  isFresh?: (row: T) => boolean;
  rowHeight?: number;
  /** Rows that arrived live, shown above those read. */
  live?: T[];
  empty: ReactNode;
}

/** A list in its four states: loading, refused, empty, rows. */
export function RowsCard<T>({ label, result, columns, rowKey, rowHref, isFresh, rowHeight, live = [], empty }: RowsCardProps<T>) {
  const rows = live.length === 0 ? result.rows : merged(live, result.rows, rowKey);
  const isRefused = result.error instanceof ApiError && result.error.status === 400;
  if (result.isPending)
    return (
      <div className="card">
        <SkeletonRows rows={14} />
      </div>
    );
  if (result.error && !isRefused)
    return (
      <div className="card">
        <ErrorState error={result.error} onRetry={result.refetch} />
      </div>
    );
  if (rows.length === 0)
    return (
      <div className="card scrolls">
        {isRefused ? <Empty title="This filter cannot be read">The note above says where and why.</Empty> : empty}
      </div>
    );
  return (
    <div className={isRefused ? "card stale" : "card"} aria-busy={result.isFetching}>
      <DataTable
        label={label}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        {...(rowHref ? { rowHref } : {})}
        {...(isFresh ? { isFresh } : {})}
        {...(rowHeight ? { rowHeight } : {})}
        hasMore={result.hasMore}
        isLoadingMore={result.isLoadingMore}
        onEnd={result.loadMore}
        foot="End of the time range"
      />
    </div>
  );
}

function merged<T>(fresh: T[], read: T[], rowKey: (row: T) => string): T[] {
  const seen = new Set<string>();
  return [...fresh, ...read].filter((row) => {
    const key = rowKey(row);
    return seen.has(key) ? false : seen.add(key);
  });
}
