import type { Cost, Span, TokenUsage } from "../../api/types";
import { Badge } from "../../ui/badge";
import { formatCount, formatMoneyExact } from "../../ui/format";
import { JsonView } from "../../ui/json-view";
import { CostDerivation } from "./cost-derivation";

/** The disjoint buckets, in the order they are priced. */
const BUCKETS: { key: keyof TokenUsage; label: string; side: "in" | "out" | "units" }[] = [
  { key: "input_uncached", label: "Input, not cached", side: "in" },
  { key: "cache_read", label: "Input, read from cache", side: "in" },
  { key: "cache_write_5m", label: "Written to cache, 5 minutes", side: "in" },
  { key: "cache_write_1h", label: "Written to cache, 1 hour", side: "in" },
  { key: "cache_write_unknown", label: "Written to cache, lifetime unknown", side: "in" },
  { key: "input_audio", label: "Input, audio", side: "in" },
  { key: "input_image", label: "Input, images", side: "in" },
  { key: "output_text", label: "Output, text", side: "out" },
  { key: "output_reasoning", label: "Output, reasoning", side: "out" },
  { key: "output_audio", label: "Output, audio", side: "out" },
  { key: "web_searches", label: "Web searches", side: "units" },
];

/** What is priced at all. */
const isRequest = (kind: Span["kind"]) => kind === "llm" || kind === "embedding" || kind === "reranker";

export function SpanUsage({ span }: { span: Span }) {
  const { usage, cost } = span;
  const known = BUCKETS.filter((bucket) => typeof usage[bucket.key] === "number");
  const largest = Math.max(1, ...known.map((bucket) => Number(usage[bucket.key])));
  return (
    <div className="stack usage">
      <section aria-label="Tokens">
        <h3>
          Tokens{" "}
          <Badge title={usage.split === "exact" ? "The sender reported the split" : "The split was derived from totals"}>
            split {usage.split ?? "assumed"}
          </Badge>
        </h3>
        {known.length === 0 ? (
          <p className="muted">No usage was reported.</p>
        ) : (
          <table className="plain-table usage-table">
            <tbody>
              {known.map((bucket) => (
                <tr key={bucket.key}>
                  <td>{bucket.label}</td>
                  <td className="usage-bar">
                    <span className={`usage-${bucket.side}`} style={{ width: `${(Number(usage[bucket.key]) / largest) * 100}%` }} />
                  </td>
                  <td className="end">{formatCount(Number(usage[bucket.key]))}</td>
                </tr>
              ))}
              <tr className="usage-total">
                <td>Input</td>
                <td />
                <td className="end">{formatCount(usage.input_tokens)}</td>
              </tr>
              <tr className="usage-total">
                <td>Output</td>
                <td />
                <td className="end">{formatCount(usage.output_tokens)}</td>
              </tr>
              <tr className="usage-total">
                <td>Total</td>
                <td />
                <td className="end">{formatCount(usage.total_tokens)}</td>
              </tr>
            </tbody>
          </table>
        )}
      </section>
      <section aria-label="Cost">
        <h3>Cost</h3>
        <CostTable cost={cost} />
        <p className="notice">{explain(span)}</p>
      </section>
      {span.billed && isRequest(span.kind) && <CostDerivation span={span} />}
      {Object.keys(span.model_parameters ?? {}).length > 0 && (
        <section aria-label="Model parameters">
          <h3>Model parameters</h3>
          <JsonView value={span.model_parameters} label="Model parameters" />
        </section>
      )}
    </div>
  );
}

function CostTable({ cost }: { cost: Cost }) {
  return (
    <table className="plain-table usage-table">
      <tbody>
        <tr>
          <td>Input</td>
          <td className="end">{formatMoneyExact(cost.input_usd)}</td>
        </tr>
        <tr>
          <td>Output</td>
          <td className="end">{formatMoneyExact(cost.output_usd)}</td>
        </tr>
        <tr className="usage-total">
          <td>Total</td>
          <td className="end">{formatMoneyExact(cost.total_usd)}</td>
        </tr>
        {cost.reported_usd != null && (
          <tr>
            <td>Reported by the sender</td>
            <td className="end">{formatMoneyExact(cost.reported_usd)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** In words, where the amount comes from. */
export function explain({ cost, billed, usage }: Pick<Span, "cost" | "billed" | "usage">): string {
  const counted = billed ? "" : " It repeats usage that another span reports, so no total includes it.";
  switch (cost.source) {
    case "computed":
      return `Each token bucket times its price in ${cost.price_id ?? "the price book"}${cost.price_version ? `, price book of ${cost.price_version}` : ""}.${counted}`;
    case "reported":
      return `The sender's own figure: the price book has no row for this model, or the tokens are unknown.${counted}`;
    default:
      return usage.total_tokens == null
        ? `Unknown, because no token usage was reported. It is left out of every total and counted as unpriced.${counted}`
        : `Unknown, because the price book has no row for this model. It is left out of every total and counted as unpriced.${counted}`;
  }
}
