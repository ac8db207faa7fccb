import { ArrowLeft, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import { ApiError } from "../api/problem";
import { useRead, useRows } from "../api/queries";
import type { Experiment, ExperimentResult } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { Parameters } from "../features/experiments/parameters";
import { resultColumns } from "../features/experiments/result-columns";
import { ResultPanel } from "../features/experiments/result-panel";
import { SummaryCards } from "../features/experiments/summary-cards";
import { ConfirmDelete } from "../features/library/confirm-delete";
import { useChange } from "../features/library/use-change";
import { Badge } from "../ui/badge";
import { Button, Segmented } from "../ui/button";
import { formatTime } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "../features/calls/calls.css";
import "../features/experiments/experiments.css";
import "../features/library/library.css";

const PAGE_ROWS = 200;

const SHOWN = [
  { value: "", label: "All" },
  { value: "false", label: "Failed" },
  { value: "true", label: "Passed" },
] as const;

export default function ExperimentPage() {
  const { experiment: id = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const [isDeleting, setDeleting] = useState(false);
  const experiment = useRead<Experiment>(paths.experiment(id));
  const shown = SHOWN.find((option) => option.value === params.get("passed"))?.value ?? "";
  const result = useRows<ExperimentResult>(paths.results(id), { limit: PAGE_ROWS, passed: shown });
  const selected = result.rows.find((row) => row.id === params.get("result"));

  const changed = (name: "result" | "passed", value: string | null) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    return next;
  };

  if (!experiment.data)
    return (
      <Page title="Experiment">
        <div className="card">
          {experiment.isError ? (
            <NoExperiment error={experiment.error} onRetry={() => void experiment.refetch()} />
          ) : (
            <SkeletonRows rows={12} />
          )}
        </div>
      </Page>
    );
  const { name, metadata, summary } = experiment.data;
  return (
    <Page
      title={name}
      locked
      subtitle={<ExperimentLine experiment={experiment.data} />}
      actions={
        <>
          <Parameters metadata={metadata} />
          <Segmented
            label="Results"
            value={shown}
            options={SHOWN}
            onChange={(value) => setParams(changed("passed", value), { replace: true })}
          />
          <Button variant="ghost" icon aria-label="Delete this experiment" onClick={() => setDeleting(true)}>
            <Trash2 size={15} />
          </Button>
        </>
      }
    >
      <SummaryCards summary={summary} />
      <div className={selected ? "card split" : "card split closed"}>
        <div className="split-list">
          <RowsCard
            bare
            label="Results"
            result={result}
            columns={resultColumns(summary)}
            rowKey={(row) => row.id}
            rowHref={(row) => `?${changed("result", row.id)}`}
            isSelected={(row) => row.id === selected?.id}
            foot="All results"
            empty={<Empty title={shown === "" ? "No results yet" : shown === "false" ? "Nothing failed" : "Nothing passed"} />}
          />
        </div>
        {selected && (
          <ResultPanel key={selected.id} result={selected} onClose={() => setParams(changed("result", null), { replace: true })} />
        )}
      </div>
      {isDeleting && <DeleteExperiment experiment={experiment.data} onClose={() => setDeleting(false)} />}
    </Page>
  );
}

function ExperimentLine({ experiment }: { experiment: Experiment }) {
  return (
    <span className="row head-line">
      <Link className="link back" to="/experiments">
        <ArrowLeft size={12} />
        Experiments
      </Link>
      <span className="num">{formatTime(experiment.created_at, { seconds: true })}</span>
      <Badge title="Whose client reported it">{experiment.protocol}</Badge>
      {experiment.dataset_id && (
        <Link className="link" to={`/datasets/${encodeURIComponent(experiment.dataset_id)}`}>
          Dataset
        </Link>
      )}
      {experiment.description && <span className="truncate">{experiment.description}</span>}
    </span>
  );
}

function DeleteExperiment({ experiment, onClose }: { experiment: Experiment; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useChange(
    paths.experiments,
    () => request<void>(paths.experiment(experiment.id), { method: "DELETE" }),
    () => void navigate("/experiments"),
  );
  return (
    <ConfirmDelete
      what="experiment"
      name={experiment.name}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      Its results and verdicts go with it; traces stay.
    </ConfirmDelete>
  );
}

function NoExperiment({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  if (!isMissing) return <ErrorState error={error} onRetry={onRetry} />;
  return <Empty title="No such experiment">It may have been deleted, or belong to another project.</Empty>;
}
