/** Turns the spans of a trace into rows: a tree, with each span's place on the time line. Linear, and without recursion. */
import type { SpanSummary } from "../../api/types";
import { parseTime } from "../../ui/format";

export interface WaterfallRow {
  span: SpanSummary;
  depth: number;
  /** All spans below, however deep. */
  descendants: number;
  hasChildren: boolean;
  /** Its parent is not in the trace (yet). */
  isOrphan: boolean;
  /** Milliseconds after the start of the trace. */
  offset: number;
  /** Milliseconds; null while running. */
  duration: number | null;
}

export interface Waterfall {
  rows: WaterfallRow[];
  start: number;
  duration: number;
}

interface Node {
  span: SpanSummary;
  start: number;
  children: Node[];
  parent: Node | null;
  isOrphan: boolean;
  descendants: number;
}

export function layoutTrace(spans: SpanSummary[]): Waterfall {
  const nodes = new Map<string, Node>();
  for (const span of spans) {
    nodes.set(span.span_id, { span, start: parseTime(span.start_time), children: [], parent: null, isOrphan: false, descendants: 0 });
  }
  const roots = link(nodes);
  const order = depthFirst(nodes, roots);
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const node = order[index]?.node;
    if (node?.parent) node.parent.descendants += node.descendants + 1;
  }
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { node } of order) {
    start = Math.min(start, node.start);
    end = Math.max(end, node.start + Math.max(0, node.span.duration_ms ?? 0));
  }
  if (order.length === 0) return { rows: [], start: 0, duration: 0 };
  const rows = order.map(({ node, depth }): WaterfallRow => ({
    span: node.span,
    depth,
    descendants: node.descendants,
    hasChildren: node.children.length > 0,
    isOrphan: node.isOrphan,
    offset: node.start - start,
    duration: node.span.duration_ms ?? null,
  }));
  return { rows, start, duration: end - start };
}

/** Hangs every node under its parent. Nodes without one, and those whose parent is missing, are roots. */
function link(nodes: Map<string, Node>): Node[] {
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parentId = node.span.parent_span_id;
    const parent = parentId ? nodes.get(parentId) : undefined;
    if (parent) {
      node.parent = parent;
      parent.children.push(node);
    } else {
      node.isOrphan = Boolean(parentId);
      roots.push(node);
    }
  }
  return roots;
}

interface Placed {
  node: Node;
  depth: number;
}

function depthFirst(nodes: Map<string, Node>, roots: Node[]): Placed[] {
  const seen = new Set<Node>();
  const order = walk(roots, seen);
  if (order.length === nodes.size) return order;
  // What no root leads to hangs in a circle of parents: cut it open at its earliest span.
  for (const node of [...nodes.values()].sort((a, b) => a.start - b.start)) {
    if (seen.has(node)) continue;
    node.parent = null;
    node.isOrphan = true;
    order.push(...walk([node], seen));
  }
  return order;
}

function walk(roots: Node[], seen: Set<Node>): Placed[] {
  const latestFirst = (a: Node, b: Node) => b.start - a.start;
  const order: Placed[] = [];
  const open = roots.sort(latestFirst).map((node) => ({ node, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next.node)) continue;
    seen.add(next.node);
    order.push(next);
    next.node.children.sort(latestFirst);
    for (const child of next.node.children) open.push({ node: child, depth: next.depth + 1 });
  }
  return order;
}

/** The rows left when some are folded. */
export function visibleRows(rows: WaterfallRow[], folded: ReadonlySet<string>): WaterfallRow[] {
  if (folded.size === 0) return rows;
  const visible: WaterfallRow[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    if (!row) break;
    visible.push(row);
    if (folded.has(row.span.span_id)) index += row.descendants;
  }
  return visible;
}

/** Round marks for a time line of this length, in milliseconds. */
export function ticksOf(duration: number, wanted = 4): number[] {
  if (duration <= 0) return [0];
  const rough = duration / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_, index) => index * step);
}
