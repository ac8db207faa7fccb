import { describe, expect, it } from "vitest";
import type { SpanSummary } from "../../api/types";
import { layoutTrace, ticksOf, visibleRows } from "./layout";

const START = Date.parse("2026-01-31T09:30:00Z");

function span(id: string, parent: string | null, offset: number, duration: number | null = 10): SpanSummary {
  return {
    trace_id: "t",
    span_id: id,
    parent_span_id: parent,
    name: id,
    kind: "other",
    status: "ok",
    billed: true,
    usage: {},
    cost: {},
    source: {},
    start_time: new Date(START + offset).toISOString(),
    duration_ms: duration,
  };
}

const shape = (spans: SpanSummary[]) => layoutTrace(spans).rows.map((row) => `${"-".repeat(row.depth)}${row.span.span_id}`);

describe("the waterfall", () => {
  it("is a tree in order of start, whatever order spans arrive in", () => {
    const spans = [span("c", "a", 30), span("b", "a", 10), span("d", "b", 12), span("a", null, 0, 100)];
    expect(shape(spans)).toEqual(["a", "-b", "--d", "-c"]);
    const { rows, duration } = layoutTrace(spans);
    expect(rows.map((row) => row.descendants)).toEqual([3, 1, 0, 0]);
    expect(rows.map((row) => row.offset)).toEqual([0, 10, 12, 30]);
    expect(duration).toBe(100);
  });
  it("shows spans whose parent is missing, marked", () => {
    const { rows } = layoutTrace([span("a", null, 0), span("x", "gone", 5)]);
    expect(rows.map((row) => row.isOrphan)).toEqual([false, true]);
  });
  it("shows every span of a circle of parents once", () => {
    expect(shape([span("a", "b", 0), span("b", "a", 1), span("self", "self", 2)])).toEqual(["a", "-b", "self"]);
  });
  it("takes running and negative spans", () => {
    const { duration, rows } = layoutTrace([span("a", null, 0, null), span("b", null, 5, -3)]);
    expect(duration).toBe(5);
    expect(rows[0]?.duration).toBeNull();
  });
  it("lays out 100,000 spans in one chain without recursion", () => {
    const spans = Array.from({ length: 100_000 }, (_, index) => span(String(index), index ? String(index - 1) : null, index));
    const { rows } = layoutTrace(spans);
    expect(rows).toHaveLength(100_000);
    expect(rows[0]?.descendants).toBe(99_999);
    expect(rows.at(-1)?.depth).toBe(99_999);
  });
  it("leaves out what is folded", () => {
    const { rows } = layoutTrace([span("a", null, 0), span("b", "a", 1), span("c", "b", 2), span("d", "a", 3)]);
    expect(visibleRows(rows, new Set(["b"])).map((row) => row.span.span_id)).toEqual(["a", "b", "d"]);
    expect(visibleRows(rows, new Set(["a"])).map((row) => row.span.span_id)).toEqual(["a"]);
  });
});

it("marks the time line at round figures", () => {
  expect(ticksOf(6_120)).toEqual([0, 2_000, 4_000, 6_000]);
  expect(ticksOf(0)).toEqual([0]);
});
