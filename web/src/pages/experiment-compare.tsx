import { ArrowLeft, ArrowLeftRight } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { Experiment } from "../api/types";
import { Comparison } from "../features/experiments/comparison";
import { useAllResults } from "../features/experiments/use-all-results";
import { Button } from "../ui/button";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "../features/calls/calls.css";

export default function ExperimentComparePage() {
  const [params, setParams] = useSearchParams();
  const [a, b] = [params.get("a") ?? "", params.get("b") ?? ""];
  return (
    <Page
      title="Compare experiments"
      locked
      subtitle={
        <Link className="link back" to="/experiments">
          <ArrowLeft size={12} />
          Experiments
        </Link>
      }
      actions={
        <Button onClick={() => setParams({ a: b, b: a }, { replace: true })} disabled={!a || !b}>
          <ArrowLeftRight size={14} />
          Swap
        </Button>
      }
    >
      {a && b ? (
        <Both key={`${a} ${b}`} a={a} b={b} />
      ) : (
        <div className="card">
          <Empty title="Choose two experiments">Mark them in the list of experiments.</Empty>
        </div>
      )}
    </Page>
  );
}

function Both({ a, b }: { a: string; b: string }) {
  const [first, second] = [useRead<Experiment>(paths.experiment(a)), useRead<Experiment>(paths.experiment(b))];
  const [firstResults, secondResults] = [useAllResults(a), useAllResults(b)];
  const error = first.error ?? second.error ?? firstResults.error ?? secondResults.error;
  const isLoading = !first.data || !second.data || !firstResults.isComplete || !secondResults.isComplete;
  if (error || isLoading)
    return (
      <div className="card">
        {error ? (
          <ErrorState
            error={error}
            onRetry={() => {
              void first.refetch();
              void second.refetch();
              firstResults.refetch();
              secondResults.refetch();
            }}
          />
        ) : (
          <SkeletonRows rows={12} />
        )}
      </div>
    );
  return (
    <>
      {(firstResults.isCut || secondResults.isCut) && (
        <p className="notice warn" role="note">
          The first 10,000 results of each are compared.
        </p>
      )}
      <Comparison a={first.data} b={second.data} results={{ a: firstResults.results, b: secondResults.results }} />
    </>
  );
}
