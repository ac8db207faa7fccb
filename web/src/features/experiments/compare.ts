/** Two experiments side by side: which cases are the same, and what became of them. */
import type { ExperimentResult, ExperimentSummary } from "../../api/types";

export type Outcome = "regressed" | "improved" | "same" | "only-a" | "only-b";

export interface Pair {
  key: string;
  a: ExperimentResult | null;
  b: ExperimentResult | null;
  outcome: Outcome;
}

type Key = (result: ExperimentResult) => string | null;

/** What makes two results one case, the surest first. Each pass only looks at what the passes before left over. */
const KEYS: Key[] = [
  (result) => result.item_id ?? null,
  (result) => result.name ?? null,
  (result) => (result.input === null || result.input === undefined ? null : JSON.stringify(result.input)),
];

/** In the order of the first experiment; what only the second has comes last. */
export function pairsOf(a: ExperimentResult[], b: ExperimentResult[]): Pair[] {
  const partner = new Map<ExperimentResult, ExperimentResult>();
  const taken = new Set<ExperimentResult>();
  for (const key of KEYS) {
    // Several results of one case (repeated runs) are paired in their order.
    const waiting = new Map<string, ExperimentResult[]>();
    for (const result of b) {
      const name = taken.has(result) ? null : key(result);
      if (name !== null) waiting.set(name, [...(waiting.get(name) ?? []), result]);
    }
    for (const result of a) {
      const name = partner.has(result) ? null : key(result);
      const found = name === null ? undefined : waiting.get(name)?.shift();
      if (!found) continue;
      partner.set(result, found);
      taken.add(found);
    }
  }
  const pairs = a.map((result) => pairOf(result, partner.get(result) ?? null));
  const rest = b.filter((result) => !taken.has(result)).map((result) => pairOf(null, result));
  return [...pairs, ...rest];
}

function pairOf(a: ExperimentResult | null, b: ExperimentResult | null): Pair {
  return { key: `${a?.id ?? ""} ${b?.id ?? ""}`, a, b, outcome: outcomeOf(a, b) };
}

function outcomeOf(a: ExperimentResult | null, b: ExperimentResult | null): Outcome {
  if (!b) return "only-a";
  if (!a) return "only-b";
  if (a.passed === true && b.passed === false) return "regressed";
  if (a.passed === false && b.passed === true) return "improved";
  return "same";
}

export interface Figure {
  name: string;
  kind: "share" | "number" | "duration" | "money";
  a: number | null;
  b: number | null;
  /** Whether more is better; null where that is not known. */
  moreIsBetter: boolean | null;
}

/** What both summaries tell, figure by figure. */
export function figuresOf(a: ExperimentSummary, b: ExperimentSummary): Figure[] {
  const names = [...new Set([...a.verdicts, ...b.verdicts].map((verdict) => verdict.name))].sort();
  const verdict = (summary: ExperimentSummary, name: string) => summary.verdicts.find((found) => found.name === name);
  return [
    { name: "Pass rate", kind: "share", a: a.pass_rate ?? null, b: b.pass_rate ?? null, moreIsBetter: true },
    ...names.map((name): Figure => {
      const [first, second] = [verdict(a, name), verdict(b, name)];
      const isScored = first?.mean != null || second?.mean != null;
      return isScored
        ? { name, kind: "number", a: first?.mean ?? null, b: second?.mean ?? null, moreIsBetter: null }
        : { name, kind: "share", a: first?.pass_rate ?? null, b: second?.pass_rate ?? null, moreIsBetter: true };
    }),
    { name: "Mean duration", kind: "duration", a: a.mean_duration_ms ?? null, b: b.mean_duration_ms ?? null, moreIsBetter: false },
    { name: "Cost", kind: "money", a: a.cost_usd ?? null, b: b.cost_usd ?? null, moreIsBetter: false },
  ];
}

/** `good`, `bad` or nothing to say. */
export function verdictOn({ a, b, moreIsBetter }: Figure): "good" | "bad" | null {
  if (a === null || b === null || a === b || moreIsBetter === null) return null;
  return b > a === moreIsBetter ? "good" : "bad";
}
