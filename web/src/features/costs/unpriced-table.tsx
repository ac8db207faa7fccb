import { useState } from "react";
import { Link } from "react-router";
import type { UnpricedAnswer, UnpricedModel } from "../../api/types";
import { Button } from "../../ui/button";
import { formatCompact, formatCount } from "../../ui/format";
import { quoteValue } from "../filter/terms";
import { useRangeSearch } from "../time-range/range-context";
import { AddPrice } from "./add-price";

/** Data-quality notes, in words. */
const REASONS: Record<string, string> = {
  unpriced_model: "no price for this model",
  missing_bucket_price: "no price for some of its tokens",
  input_tokens_unknown: "input tokens unknown",
  output_tokens_unknown: "output tokens unknown",
  implausible_usage: "token counts that cannot be",
};

/** What is in no sum, and why. Nothing when all is priced. */
export function UnpricedTable({ answer }: { answer: UnpricedAnswer | undefined }) {
  if (!answer || answer.items.length === 0) return null;
  return (
    <section className="card" aria-label="Unpriced calls">
      <div className="card-head">
        <h2>Unpriced</h2>
        <span className="muted num">
          {formatCount(answer.unpriced_requests)} of {formatCount(answer.requests)} calls have no known cost: they are in no sum
        </span>
      </div>
      <div className="plain-table-scroll">
        <table className="plain-table" aria-label="Unpriced models">
          <thead>
            <tr>
              <th>Model</th>
              <th>Why</th>
              <th className="end">Calls</th>
              <th className="end">Failed</th>
              <th className="end">Input</th>
              <th className="end">Output</th>
              <th>
                <span className="visually-hidden">Price</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.items.map((model) => (
              <Row key={`${model.provider}/${model.model}`} model={model} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ model }: { model: UnpricedModel }) {
  const search = useRangeSearch();
  const [isAdding, setAdding] = useState(false);
  return (
    <tr>
      <td>
        <Link className="model-name" to={`/calls${search({ q: unpricedFilter(model) })}`}>
          <b>{model.model ?? "no model"}</b> <span className="muted">{model.provider ?? "no provider"}</span>
        </Link>
      </td>
      <td>{whyUnpriced(model)}</td>
      <td className="end">{formatCompact(model.requests)}</td>
      <td className="end">{formatCompact(model.failed_requests)}</td>
      <td className="end">{formatCompact(model.input_tokens)}</td>
      <td className="end">{formatCompact(model.output_tokens)}</td>
      <td className="end">
        {model.model && (
          <Button small onClick={() => setAdding(true)}>
            Add a price
          </Button>
        )}
        {model.model && isAdding && <AddPrice provider={model.provider} model={model.model} onClose={() => setAdding(false)} />}
      </td>
    </tr>
  );
}

/** The reasons in words, each with its number where not all calls have it. */
export function whyUnpriced(model: UnpricedModel): string {
  const reasons = model.reasons.map(({ note, requests }) => {
    const words = REASONS[note] ?? note;
    return requests === model.requests ? words : `${words} (${formatCount(requests)})`;
  });
  return reasons.length > 0 ? reasons.join(", ") : "not noted";
}

function unpricedFilter({ provider, model }: UnpricedModel): string {
  const terms = [
    "-cost:*",
    model ? `model:${quoteValue(model)}` : "-model:*",
    provider ? `provider:${quoteValue(provider)}` : "-provider:*",
  ];
  return terms.join(" ");
}
