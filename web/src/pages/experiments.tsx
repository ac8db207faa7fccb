import { GitCompareArrows, X } from "lucide-react";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { paths } from "../api/endpoints";
import { useRead, useRows } from "../api/queries";
import type { Dataset, Experiment } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { PassRate } from "../features/experiments/pass-rate";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import type { Column } from "../ui/data-table";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatMoney,
  formatMoneyExact,
  formatNumber,
  formatPercent,
  formatTime,
} from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/experiments/experiments.css";

const PAGE_ROWS = 100;
const METRIC_CHIPS = 3;
const COMPARED = 2;

export default function ExperimentsPage() {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const dataset = params.get("dataset") ?? "";
  const result = useRows<Experiment>(paths.experiments, { limit: PAGE_ROWS, dataset_id: dataset });
  const [chosen, setChosen] = useState<string[]>([]);
  // The two chosen last: a third takes the place of the first.
  const toggle = (id: string) =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id].slice(-COMPARED)));
  const compare = () => {
    // The older one first: B is what came of it.
    const [b = "", a = ""] = result.rows.map((row) => row.id).filter((id) => chosen.includes(id));
    void navigate(`/experiments/compare?${new URLSearchParams({ a, b })}`);
  };
  return (
    <Page
      title="Experiments"
      subtitle="Cases that were run, and what was judged of them"
      locked
      actions={
        <>
          {dataset && <DatasetChip id={dataset} onClear={() => setParams({}, { replace: true })} />}
          <Button disabled={chosen.length !== COMPARED} onClick={compare} title="Choose two experiments">
            <GitCompareArrows size={14} />
            Compare
          </Button>
        </>
      }
    >
      <RowsCard
        label="Experiments"
        result={result}
        columns={columnsOf(chosen, toggle)}
        rowKey={(experiment) => experiment.id}
        rowHref={(experiment) => `/experiments/${encodeURIComponent(experiment.id)}`}
        foot="All experiments"
        empty={
          <Empty title={dataset ? "No experiment ran on this dataset" : "No experiments yet"}>
            Run an evaluation with an SDK that reports here, or send results to <code>POST /api/v1/experiments</code>.
          </Empty>
        }
      />
    </Page>
  );
}

function DatasetChip({ id, onClear }: { id: string; onClear: () => void }) {
  const dataset = useRead<Dataset>(paths.dataset(id));
  return (
    <Badge tone="accent">
      on {dataset.data?.name ?? id}
      <Button variant="ghost" small icon aria-label="Show experiments on all datasets" onClick={onClear}>
        <X size={12} />
      </Button>
    </Badge>
  );
}

function columnsOf(chosen: string[], toggle: (id: string) => void): Column<Experiment>[] {
  return [
    {
      id: "choose",
      header: <span className="visually-hidden">Compare</span>,
      width: "16px",
      cell: (experiment) => (
        <input
          type="checkbox"
          className="above"
          aria-label={`Compare ${experiment.name}`}
          checked={chosen.includes(experiment.id)}
          onChange={() => toggle(experiment.id)}
        />
      ),
    },
    {
      id: "name",
      header: "Name",
      width: "minmax(160px, 1.2fr)",
      isLink: true,
      cell: (experiment) => <b className="trace-name">{experiment.name}</b>,
    },
    {
      id: "protocol",
      header: "Source",
      width: "84px",
      from: 760,
      cell: (experiment) => <span className="soft">{experiment.protocol}</span>,
    },
    { id: "results", header: "Results", width: "66px", end: true, cell: ({ summary }) => formatCount(summary.results) },
    {
      id: "rate",
      header: "Pass rate",
      width: "140px",
      cell: ({ summary }) => (
        <PassRate passed={summary.passed} failed={summary.failed} results={summary.results} rate={summary.pass_rate} />
      ),
    },
    {
      id: "metrics",
      header: "Metrics",
      width: "minmax(140px, 1.4fr)",
      from: 860,
      cell: (experiment) => <MetricChips experiment={experiment} />,
    },
    {
      id: "duration",
      header: "Duration",
      width: "76px",
      end: true,
      from: 1000,
      cell: ({ summary }) => formatDuration(summary.mean_duration_ms),
    },
    {
      id: "cost",
      header: "Cost",
      width: "82px",
      end: true,
      from: 700,
      cell: ({ summary }) => (
        <span className={summary.cost_usd == null ? "muted" : undefined} title={formatMoneyExact(summary.cost_usd)}>
          {formatMoney(summary.cost_usd)}
        </span>
      ),
    },
    {
      id: "created",
      header: "Run",
      width: "84px",
      end: true,
      cell: (experiment) => (
        <span className="muted" title={formatTime(experiment.created_at, { seconds: true })}>
          {formatAgo(experiment.created_at)}
        </span>
      ),
    },
  ];
}

function MetricChips({ experiment }: { experiment: Experiment }) {
  const { verdicts } = experiment.summary;
  return (
    <span className="metric-chips" title={verdicts.map((verdict) => verdict.name).join(", ")}>
      {verdicts.slice(0, METRIC_CHIPS).map((verdict) => (
        <Badge key={verdict.name}>
          <span className="truncate">{verdict.name}</span>
          <b className="num">{verdict.mean == null ? formatPercent(verdict.pass_rate) : formatNumber(verdict.mean)}</b>
        </Badge>
      ))}
      {verdicts.length > METRIC_CHIPS && <Badge>+{verdicts.length - METRIC_CHIPS}</Badge>}
    </span>
  );
}
