import type { ExperimentResult, ExperimentSummary } from "../../api/types";
import type { Column } from "../../ui/data-table";
import { formatDuration } from "../../ui/format";
import { previewOf } from "../library/values";
import { PassedDot } from "./passed";
import { verdictText } from "./verdict-list";

/** More do not fit beside input and output; the panel has them all. */
const METRIC_COLUMNS = 3;

export function caseName(result: ExperimentResult): string {
  return result.name ?? result.item_id ?? `#${result.position + 1}`;
}

/** The columns of a list of results; those of least weight leave first when it gets narrow. */
export function resultColumns(summary: ExperimentSummary): Column<ExperimentResult>[] {
  const metrics = summary.verdicts.slice(0, METRIC_COLUMNS).map(({ name }, index): Column<ExperimentResult> => ({
    id: `metric-${name}`,
    header: <span title={name}>{name}</span>,
    width: "84px",
    end: true,
    from: 560 + index * 120,
    cell: (result) => <Metric result={result} name={name} />,
  }));
  return [
    {
      id: "passed",
      header: <span className="visually-hidden">Passed</span>,
      width: "10px",
      cell: (result) => <PassedDot passed={result.passed} />,
    },
    {
      id: "case",
      header: "Case",
      width: "minmax(90px, 0.7fr)",
      isLink: true,
      cell: (result) => <b className="trace-name">{caseName(result)}</b>,
    },
    {
      id: "input",
      header: "Input",
      width: "minmax(110px, 1.2fr)",
      cell: (result) => <span className="soft">{previewOf(result.input)}</span>,
    },
    {
      id: "output",
      header: "Output",
      width: "minmax(110px, 1.2fr)",
      from: 420,
      cell: (result) =>
        result.error ? <span className="preview-error">{result.error}</span> : <span className="soft">{previewOf(result.output)}</span>,
    },
    ...metrics,
    { id: "duration", header: "Duration", width: "74px", end: true, from: 900, cell: (result) => formatDuration(result.duration_ms) },
  ];
}

function Metric({ result, name }: { result: ExperimentResult; name: string }) {
  const verdict = result.verdicts.find((found) => found.name === name);
  if (!verdict) return <span className="muted">–</span>;
  const tone = verdict.success == null ? undefined : verdict.success ? "metric-passed" : "metric-failed";
  return (
    <span className={tone} title={verdict.reason ?? undefined}>
      {verdict.error ? "error" : verdictText(verdict) || (verdict.success == null ? "–" : verdict.success ? "passed" : "failed")}
    </span>
  );
}
