import type { ReactNode } from "react";
import { ApiError } from "../../api/problem";
import type { Rows } from "../../api/queries";
import { Button } from "../../ui/button";
import { DataTable, type Column } from "../../ui/data-table";
import { formatTime } from "../../ui/format";
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
  /** Under the last row. */
  foot?: ReactNode;
  isSelected?: (row: T) => boolean;
  /** Inside a card that holds more than the list. */
  bare?: boolean;
}

/** A list in its four states: loading, refused, empty, rows. */
export function RowsCard<T>({
  label,
  result,
  columns,
  rowKey,
  rowHref,
  isFresh,
  rowHeight,
  live = [],
  empty,
  foot,
  isSelected,
  bare,
}: RowsCardProps<T>) {
  const rows = live.length === 0 ? result.rows : merged(live, result.rows, rowKey);
  const card = bare ? "bare-card" : "card";
  const isRefused = result.error instanceof ApiError && result.error.status === 400;
  if (result.isPending)
    return (
      <div className={card}>
        <SkeletonRows rows={14} />
      </div>
    );
  if (result.error && !isRefused)
    return (
      <div className={card}>
        <ErrorState error={result.error} onRetry={result.refetch} />
      </div>
    );
  const goOn = result.searchedUntil && <SearchFurther until={result.searchedUntil} result={result} />;
  if (rows.length === 0 && goOn && !isRefused)
    return (
      <div className={`${card} scrolls`}>
        <Empty title="Nothing found so far" action={goOn} />
      </div>
    );
  if (rows.length === 0)
    return (
      <div className={`${card} scrolls`}>
        {isRefused ? <Empty title="This filter cannot be read">The note above says where and why.</Empty> : empty}
      </div>
    );
  return (
    <div className={isRefused ? `${card} stale` : card} aria-busy={result.isFetching}>
      <DataTable
        label={label}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        {...(rowHref ? { rowHref } : {})}
        {...(isFresh ? { isFresh } : {})}
        {...(rowHeight ? { rowHeight } : {})}
        hasMore={result.hasMore && !goOn}
        isLoadingMore={result.isLoadingMore}
        onEnd={result.loadMore}
        {...(isSelected ? { isSelected } : {})}
        foot={goOn ?? foot ?? "End of the time range"}
      />
    </div>
  );
}

/** Texts without an index are searched for as long as a person waits; the rest only when asked for. */
function SearchFurther<T>({ until, result }: { until: string; result: Rows<T> }) {
  return (
    <span className="search-further">
      Searched back to {formatTime(until)}.{" "}
      <Button small disabled={result.isLoadingMore} onClick={result.loadMore}>
        {result.isLoadingMore ? "Searching…" : "Search further"}
      </Button>
    </span>
  );
}

function merged<T>(fresh: T[], read: T[], rowKey: (row: T) => string): T[] {
  const seen = new Set<string>();
  return [...fresh, ...read].filter((row) => {
    const key = rowKey(row);
    return seen.has(key) ? false : seen.add(key);
  });
}
