import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { SpanSummary } from "../../api/types";
import { formatDuration } from "../../ui/format";
import { KindIcon } from "./kind";
import { layoutTrace, ticksOf, visibleRows, type WaterfallRow } from "./layout";
import "./waterfall.css";

interface WaterfallProps {
  spans: SpanSummary[];
  selected: string | null;
  onSelect: (spanId: string) => void;
}

const ROW_PX = 30;
const OVERSCAN_ROWS = 20;
const INDENT_PX = 14;
/** Deeper spans are not moved further to the right: their names must stay readable. */
const MOST_INDENT = 14;

/** The spans of a trace as a tree on the left and bars in time on the right. */
export function WaterfallView({ spans, selected, onSelect }: WaterfallProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const layout = useMemo(() => layoutTrace(spans), [spans]);
  const rows = useMemo(() => visibleRows(layout.rows, folded), [layout, folded]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
  });
  const index = rows.findIndex((row) => row.span.span_id === selected);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [index, virtual]);

  const fold = (row: WaterfallRow, shut = !folded.has(row.span.span_id)) => {
    const next = new Set(folded);
    if (shut) next.add(row.span.span_id);
    else next.delete(row.span.span_id);
    setFolded(next);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[index];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, index + step))];
      if (next) onSelect(next.span.span_id);
    } else if (row?.hasChildren && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      fold(row, event.key === "ArrowLeft");
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div className="waterfall" ref={scroller} role="tree" aria-label="Spans" tabIndex={0} onKeyDown={onKeyDown}>
      <div className="waterfall-axis" aria-hidden="true">
        <span>Span</span>
        <div>
          {ticksOf(layout.duration).map((tick) => (
            <i key={tick} style={{ left: percent(tick, layout.duration) }}>
              {formatDuration(tick)}
            </i>
          ))}
        </div>
      </div>
      <div className="waterfall-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <Row
              key={row.span.span_id}
              row={row}
              total={layout.duration}
              top={item.start}
              isSelected={item.index === index}
              isFolded={folded.has(row.span.span_id)}
              onSelect={() => onSelect(row.span.span_id)}
              onFold={() => fold(row)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  row: WaterfallRow;
  total: number;
  top: number;
  isSelected: boolean;
  isFolded: boolean;
  onSelect: () => void;
  onFold: () => void;
}

function Row({ row, total, top, isSelected, isFolded, onSelect, onFold }: RowProps) {
  const { span, depth, hasChildren, descendants, isOrphan, offset, duration } = row;
  const classes = ["waterfall-row", `kind-${span.kind}`, isSelected && "selected", span.status === "error" && "failed"]
    .filter(Boolean)
    .join(" ");
  const left = percent(offset, total);
  return (
    <div
      className={classes}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-expanded={hasChildren ? !isFolded : undefined}
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
      onClick={onSelect}
    >
      <div className="waterfall-name" style={{ paddingLeft: 8 + Math.min(depth, MOST_INDENT) * INDENT_PX }}>
        {hasChildren ? (
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-label={isFolded ? `Unfold ${descendants} spans` : "Fold"}
            onClick={(event) => {
              event.stopPropagation();
              onFold();
            }}
          >
            {isFolded ? <ChevronRight size={13} /> : <ChevronDown size={13} />}
          </button>
        ) : (
          <span className="fold" />
        )}
        <KindIcon kind={span.kind} />
        <span className="truncate" title={span.name}>
          {span.name}
        </span>
        {isFolded && <span className="muted num">+{descendants}</span>}
        {isOrphan && (
          <span className="muted" title="Its parent has not arrived">
            detached
          </span>
        )}
      </div>
      <div className="waterfall-line">
        <div
          className={duration === null ? "bar running" : "bar"}
          style={{ left, width: `max(3px, ${percent(Math.max(0, duration ?? total - offset), total)})` }}
        />
        <span
          className={offset > total * 0.72 ? "bar-label before num" : "bar-label num"}
          style={
            offset > total * 0.72
              ? { right: `calc(100% - ${left})` }
              : { left: `calc(${percent(Math.min(offset + Math.max(0, duration ?? 0), total), total)} + 3px)` }
          }
        >
          {duration === null ? "running" : formatDuration(duration)}
        </span>
      </div>
    </div>
  );
}

function percent(part: number, total: number): string {
  return `${total > 0 ? (part / total) * 100 : 0}%`;
}
