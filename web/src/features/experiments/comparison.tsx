import { useMemo, useState } from "react";
import { Link } from "react-router";
import type { Experiment, ExperimentResult } from "../../api/types";
import { Badge, type Tone } from "../../ui/badge";
import { Segmented } from "../../ui/button";
import { DataTable, type Column } from "../../ui/data-table";
import { formatDuration, formatMoney, formatNumber, formatPercent, formatPoints, formatTime, UNKNOWN } from "../../ui/format";
import { Empty } from "../../ui/states";
import { previewOf } from "../library/values";
import { figuresOf, pairsOf, verdictOn, type Figure, type Outcome, type Pair } from "./compare";
import { PairPanel } from "./pair-panel";
import { PassedDot } from "./passed";
import { caseName } from "./result-columns";
import "../library/library.css";
import "./experiments.css";

const SHOWN = [
  { value: "all", label: "All" },
  { value: "regressed", label: "Worse" },
  { value: "improved", label: "Better" },
] as const;

const OUTCOMES: Record<Outcome, { label: string; tone: Tone } | null> = {
  regressed: { label: "Worse", tone: "error" },
  improved: { label: "Better", tone: "ok" },
  same: null,
  "only-a": { label: "Only in A", tone: "neutral" },
  "only-b": { label: "Only in B", tone: "neutral" },
};

const COLUMNS: Column<Pair>[] = [
  {
    id: "case",
    header: "Case",
    width: "minmax(110px, 0.9fr)",
    isLink: true,
    cell: ({ a, b }) => <b className="trace-name">{nameOf(a ?? b)}</b>,
  },
  {
    id: "input",
    header: "Input",
    width: "minmax(110px, 1fr)",
    from: 560,
    cell: ({ a, b }) => <span className="soft">{previewOf((a ?? b)?.input)}</span>,
  },
  { id: "a", header: "A", width: "minmax(120px, 1.3fr)", cell: ({ a }) => <Side result={a} /> },
  { id: "b", header: "B", width: "minmax(120px, 1.3fr)", cell: ({ b }) => <Side result={b} /> },
  { id: "outcome", header: "", width: "76px", cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
];

function nameOf(result: ExperimentResult | null): string {
  return result ? caseName(result) : "";
}

function Side({ result }: { result: ExperimentResult | null }) {
  if (!result) return <span className="muted">–</span>;
  return (
    <span className="row">
      <PassedDot passed={result.passed} />
      <span className={result.error ? "truncate preview-error" : "truncate soft"}>{result.error ?? previewOf(result.output)}</span>
    </span>
  );
}

function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const shown = OUTCOMES[outcome];
  return shown && <Badge tone={shown.tone}>{shown.label}</Badge>;
}

interface ComparisonProps {
  a: Experiment;
  b: Experiment;
  results: { a: ExperimentResult[]; b: ExperimentResult[] };
}

/** Two experiments: their figures, and their cases side by side. */
export function Comparison({ a, b, results }: ComparisonProps) {
  const [shown, setShown] = useState<(typeof SHOWN)[number]["value"]>("all");
  const [chosen, setChosen] = useState<string | null>(null);
  const pairs = useMemo(() => pairsOf(results.a, results.b), [results.a, results.b]);
  const rows = shown === "all" ? pairs : pairs.filter((pair) => pair.outcome === shown);
  const count = (outcome: Outcome) => pairs.filter((pair) => pair.outcome === outcome).length;
  const selected = rows.find((pair) => pair.key === chosen);
  return (
    <>
      <Figures a={a} b={b} />
      <div className="row">
        <Segmented label="Cases" value={shown} options={SHOWN} onChange={setShown} />
        <span className="muted num" role="status">
          {count("regressed")} worse · {count("improved")} better
        </span>
      </div>
      <div className={selected ? "card split" : "card split closed"}>
        <div className="split-list">
          {rows.length === 0 ? (
            <Empty title={shown === "all" ? "No results" : "No such case"} />
          ) : (
            <DataTable
              label="Cases"
              columns={COLUMNS.map((column) => (column.isLink ? withChoice(column, setChosen) : column))}
              rows={rows}
              rowKey={(pair) => pair.key}
              isSelected={(pair) => pair.key === chosen}
              foot="All cases"
            />
          )}
        </div>
        {selected && <PairPanel key={selected.key} pair={selected} onClose={() => setChosen(null)} />}
      </div>
    </>
  );
}

/** Which case is open is not worth an address: it is no link, but a button over the row. */
function withChoice(column: Column<Pair>, choose: (key: string) => void): Column<Pair> {
  return {
    ...column,
    cell: (pair) => (
      <button type="button" className="row-link row-button" onClick={() => choose(pair.key)}>
        {column.cell(pair)}
      </button>
    ),
  };
}

function Figures({ a, b }: { a: Experiment; b: Experiment }) {
  return (
    <div className="card fixed figures">
      <table className="plain-table" aria-label="Figures">
        <thead>
          <tr>
            <th>Figure</th>
            <th className="end">
              <Head letter="A" experiment={a} />
            </th>
            <th className="end">
              <Head letter="B" experiment={b} />
            </th>
            <th className="end">Difference</th>
          </tr>
        </thead>
        <tbody>
          {figuresOf(a.summary, b.summary).map((figure) => (
            <tr key={figure.name}>
              <td>{figure.name}</td>
              <td className="end">{written(figure, figure.a)}</td>
              <td className="end">{written(figure, figure.b)}</td>
              <td className={`end ${verdictOn(figure) ?? "neutral"}-change`}>{difference(figure)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ letter, experiment }: { letter: string; experiment: Experiment }) {
  return (
    <span title={formatTime(experiment.created_at, { seconds: true })}>
      {letter}{" "}
      <Link className="link" to={`/experiments/${encodeURIComponent(experiment.id)}`}>
        {experiment.name}
      </Link>
    </span>
  );
}

function written({ kind }: Figure, value: number | null): string {
  switch (kind) {
    case "share":
      return formatPercent(value);
    case "number":
      return formatNumber(value);
    case "duration":
      return formatDuration(value);
    case "money":
      return value === null ? UNKNOWN : formatMoney(value);
  }
}

function difference(figure: Figure): string {
  if (figure.a === null || figure.b === null) return UNKNOWN;
  const change = figure.b - figure.a;
  if (change === 0) return "±0";
  const sign = change > 0 ? "+" : "−";
  const size = Math.abs(change);
  return `${sign}${figure.kind === "share" ? formatPoints(size) : written(figure, size)}`;
}
