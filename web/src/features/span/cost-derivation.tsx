import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Derivation, DerivedLine, Span, SpanCost } from "../../api/types";
import { formatCount, formatMoneyExact } from "../../ui/format";
import { ErrorState, SkeletonRows } from "../../ui/states";

/** How the name of a model led to its price. */
const RULES: Record<NonNullable<Derivation["rule"]>, string> = {
  custom: "a price of your own",
  exact: "its very name",
  alias: "another name of the same model",
  without_snapshot: "its name without the date",
  without_region: "its name without the region",
  without_region_and_snapshot: "its name without region and date",
  with_hyphens: "its name with hyphens for dots",
  of_snapshots: "the newest of its dated versions, which all cost the same",
};

/** The whole way to the cost: each bucket's price, what was decided, and the difference to the sender's figure. */
export function CostDerivation({ span }: { span: Span }) {
  const cost = useRead<SpanCost>(paths.spanCost(span.trace_id, span.span_id));
  if (cost.isPending) return <SkeletonRows rows={3} />;
  if (cost.isError) return <ErrorState error={cost.error} onRetry={() => void cost.refetch()} />;
  const { derivation } = cost.data;
  return (
    <section aria-label="How the cost came about">
      <h3>How it came about</h3>
      {derivation.lines.length > 0 && <Lines derivation={derivation} />}
      <ul className="derivation-facts">
        <li>
          {derivation.price_id ? (
            <>
              Price <code>{derivation.price_id}</code> ({derivation.price_version}), found by{" "}
              {derivation.rule ? RULES[derivation.rule] : "its name"}
            </>
          ) : (
            <>No price: {triedNames(derivation)}</>
          )}
        </li>
        {derivation.decisions.map((decision, index) => (
          <li key={index}>
            <b>{decision.about.replaceAll("_", " ")}</b> {decision.decided}
          </li>
        ))}
        {derivation.difference_usd != null && (
          <li className="worse">
            The sender reported {formatMoneyExact(derivation.reported_usd)}: ours is {formatMoneyExact(Math.abs(derivation.difference_usd))}{" "}
            {derivation.difference_usd > 0 ? "more" : "less"}
          </li>
        )}
        {cost.data.is_outdated && (
          <li className="worse">
            This is what today's prices say: {formatMoneyExact(derivation.total_usd)}. Stored is {formatMoneyExact(cost.data.stored_usd)},
            from {cost.data.stored_price_version ?? cost.data.stored_source}
          </li>
        )}
      </ul>
    </section>
  );
}

function Lines({ derivation }: { derivation: Derivation }) {
  return (
    <table className="plain-table usage-table" aria-label="Buckets and prices">
      <thead>
        <tr>
          <th>Bucket</th>
          <th className="end">Units</th>
          <th className="end">Price</th>
          <th className="end">Amount</th>
        </tr>
      </thead>
      <tbody>
        {derivation.lines.map((line) => (
          <tr key={line.bucket}>
            <td>
              <code>{line.bucket}</code>
              <LineNote line={line} />
            </td>
            <td className="end">{formatCount(Number(line.units))}</td>
            <td className="end">{priceOf(line)}</td>
            <td className="end">{line.amount_usd == null ? "unknown" : `$${line.amount_usd}`}</td>
          </tr>
        ))}
        <tr className="usage-total">
          <td>Total</td>
          <td />
          <td />
          <td className="end">{formatMoneyExact(derivation.total_usd)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function LineNote({ line }: { line: DerivedLine }) {
  const notes = [line.is_fallback && `priced as ${line.price}`, line.is_off_peak && "off-peak"].filter(Boolean);
  return notes.length > 0 ? <span className="muted"> {notes.join(", ")}</span> : null;
}

const PER_MILLION = 1_000_000;
/** Prices below this are of tokens: people know them by the million. */
const LARGEST_TOKEN_PRICE = 0.01;

/** Token prices by the million, others by the piece, times a factor where there is one. */
export function priceOf(line: Pick<DerivedLine, "unit_price_usd" | "factor">): string {
  if (line.unit_price_usd == null) return "no price";
  const price = Number(line.unit_price_usd);
  const text =
    price > 0 && price < LARGEST_TOKEN_PRICE ? `$${Number((price * PER_MILLION).toPrecision(12))} / M` : `$${line.unit_price_usd} each`;
  return line.factor === "1" ? text : `${text} × ${line.factor}`;
}

function triedNames({ tried }: Derivation): string {
  if (tried.length === 0) return "the call names no model, or is not a request";
  return `no row for ${tried.map(({ provider, model }) => `${provider}/${model}`).join(", ")}`;
}
