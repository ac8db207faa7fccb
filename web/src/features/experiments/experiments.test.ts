import { describe, expect, it } from "vitest";
import type { ExperimentResult, ExperimentSummary } from "../../api/types";
import { figuresOf, pairsOf, verdictOn } from "./compare";

function result(id: string, over: Partial<ExperimentResult> = {}): ExperimentResult {
  return {
    id,
    experiment_id: "e",
    input: null,
    output: null,
    expected_output: null,
    context: null,
    metadata: null,
    verdicts: [],
    position: 0,
    created_at: "2026-01-31T10:00:00Z",
    updated_at: "2026-01-31T10:00:00Z",
    ...over,
  };
}

const ids = (a: ExperimentResult[], b: ExperimentResult[]) => pairsOf(a, b).map((pair) => [pair.a?.id ?? null, pair.b?.id ?? null]);

describe("two experiments", () => {
  it("are compared by item, else by name, else by input", () => {
    const a = [result("a1", { item_id: "i1", name: "x" }), result("a2", { name: "case" }), result("a3", { input: { q: 1 } }), result("a4")];
    const b = [
      result("b1", { input: { q: 1 }, name: "other" }),
      result("b2", { name: "case" }),
      result("b3", { item_id: "i1", name: "renamed" }),
      result("b4", { item_id: "i9" }),
    ];
    expect(ids(a, b)).toEqual([
      ["a1", "b3"],
      ["a2", "b2"],
      ["a3", "b1"],
      ["a4", null],
      [null, "b4"],
    ]);
  });

  it("pair repeated runs of a case in their order", () => {
    const runs = (id: string, count: number) => Array.from({ length: count }, (_, at) => result(`${id}${at}`, { item_id: "i" }));
    expect(ids(runs("a", 2), runs("b", 3))).toEqual([
      ["a0", "b0"],
      ["a1", "b1"],
      [null, "b2"],
    ]);
  });

  it("tell what became of each case", () => {
    const outcome = (a: boolean | null, b: boolean | null) =>
      pairsOf([result("a", { name: "x", passed: a })], [result("b", { name: "x", passed: b })])[0]?.outcome;
    expect(outcome(true, false)).toBe("regressed");
    expect(outcome(false, true)).toBe("improved");
    expect(outcome(false, false)).toBe("same");
    expect(outcome(null, false)).toBe("same");
    expect(pairsOf([result("a")], [])[0]?.outcome).toBe("only-a");
  });

  it("are summed up figure by figure, and unknown stays unknown", () => {
    const summary = (over: Partial<ExperimentSummary>): ExperimentSummary => ({
      results: 2,
      passed: 0,
      failed: 0,
      errors: 0,
      verdicts: [],
      ...over,
    });
    const judged = (name: string, mean: number | null, rate: number | null) => ({
      name,
      mean,
      pass_rate: rate,
      count: 1,
      passed: 0,
      failed: 0,
      errors: 0,
    });
    const a = summary({ pass_rate: 0.5, cost_usd: 0.1, verdicts: [judged("tone", 0.4, null), judged("exact", null, 1)] });
    const b = summary({ pass_rate: 0.75, cost_usd: 0.2, verdicts: [judged("tone", 0.6, null)] });
    const figures = figuresOf(a, b);
    expect(figures.map(({ name, a, b }) => [name, a, b])).toEqual([
      ["Pass rate", 0.5, 0.75],
      ["exact", 1, null],
      ["tone", 0.4, 0.6],
      ["Mean duration", null, null],
      ["Cost", 0.1, 0.2],
    ]);
    expect(figures.map(verdictOn)).toEqual(["good", null, null, null, "bad"]);
  });
});
