import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link } from "react-router";

export interface Column<T> {
  id: string;
  header: ReactNode;
  /** A CSS grid track, e.g. `120px` or `minmax(160px, 1fr)`. */
  width: string;
  end?: boolean;
  /** Holds the row's link, stretched over the row; without one, the first column does. */
  isLink?: boolean;
  /** Leave the column out when the table is narrower than this. */
  from?: number;
  cell: (row: T) => ReactNode;
}

interface DataTableProps<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** Where a row leads. */
  rowHref?: (row: T) => string;
  isSelected?: (row: T) => boolean;
  isFresh?: (row: T) => boolean;
  rowHeight?: number;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onEnd?: () => void;
  foot?: ReactNode;
}

const OVERSCAN_ROWS = 12;

/** A table of any length: only the rows in view exist in the page. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, rows, rowKey, rowHref, isSelected, isFresh, rowHeight = 40, hasMore, isLoadingMore, onEnd, foot } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = props.columns.filter((column) => !column.from || width === 0 || width >= column.from);
  const linkColumn = columns.find((column) => column.isLink) ?? columns[0];
  const template = { gridTemplateColumns: columns.map((column) => column.width).join(" ") };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN_ROWS,
    getItemKey: (index) => (rows[index] === undefined ? index : rowKey(rows[index])),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const nearEnd = hasMore && !isLoadingMore && rows.length > 0 && last >= rows.length - OVERSCAN_ROWS;
  useEffect(() => {
    if (nearEnd) onEnd?.();
  }, [nearEnd, onEnd]);

  return (
    <div ref={scroller} className="table fill" role="table" aria-label={label} aria-rowcount={hasMore ? -1 : rows.length + 1} tabIndex={-1}>
      <div className="table-head" role="row" style={template}>
        {columns.map((column) => (
          <span key={column.id} role="columnheader" className={column.end ? "end" : undefined}>
            {column.header}
          </span>
        ))}
      </div>
      <div className="table-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const classes = ["table-row", isSelected?.(row) && "selected", isFresh?.(row) && "fresh"].filter(Boolean).join(" ");
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className={classes}
              style={{ ...template, height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {columns.map((column) => (
                <span key={column.id} role="cell" className={column.end ? "end" : undefined}>
                  {column === linkColumn && rowHref ? (
                    <Link className="row-link" to={rowHref(row)}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </span>
              ))}
            </div>
          );
        })}
      </div>
      {isLoadingMore ? (
        <div className="table-foot" role="status">
          Loading more…
        </div>
      ) : foot && !hasMore ? (
        <div className="table-foot">{foot}</div>
      ) : null}
    </div>
  );
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
