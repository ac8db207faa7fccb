import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Span } from "../../api/types";
import { Badge } from "../../ui/badge";
import { formatCount, formatDuration, formatMoney, formatMoneyExact } from "../../ui/format";
import { quoteValue } from "../filter/terms";

/** The facts worth seeing before opening any tab; those that are unknown and would only be noise are left out. */
export function SpanFacts({ span }: { span: Span }) {
  const isCall = ["llm", "embedding", "reranker"].includes(span.kind);
  const model = span.response_model ?? span.request_model;
  return (
    <dl className="facts">
      {model && (
        <Fact name="Model">
          <span title={modelTitle(span)}>{model}</span>
        </Fact>
      )}
      {span.provider && <Fact name="Provider">{span.provider}</Fact>}
      {isCall && (
        <Fact name="Tokens">
          <span className="num">
            {formatCount(span.usage.input_tokens)} in · {formatCount(span.usage.output_tokens)} out
          </span>
        </Fact>
      )}
      {isCall && (
        <Fact name="Cost">
          <span className={span.cost.total_usd == null ? "muted" : "num"} title={formatMoneyExact(span.cost.total_usd)}>
            {formatMoney(span.cost.total_usd)}
          </span>
        </Fact>
      )}
      {span.time_to_first_token_ms != null && (
        <Fact name="First token">
          <span className="num">{formatDuration(span.time_to_first_token_ms)}</span>
        </Fact>
      )}
      {span.tool && <Fact name="Tool">{span.tool}</Fact>}
      {span.agent && <Fact name="Agent">{span.agent}</Fact>}
      {span.user_id && (
        <Fact name="User">
          <FilterLink field="user" value={span.user_id} />
        </Fact>
      )}
      {span.session_id && (
        <Fact name="Session">
          <FilterLink field="session" value={span.session_id} />
        </Fact>
      )}
      {span.environment && <Fact name="Environment">{span.environment}</Fact>}
      {span.service && <Fact name="Service">{span.service}</Fact>}
      {span.release && <Fact name="Release">{span.release}</Fact>}
      {span.prompt_name && (
        <Fact name="Prompt">
          {span.prompt_name}
          {span.prompt_version ? ` · ${span.prompt_version}` : ""}
        </Fact>
      )}
      {(span.finish_reasons?.length ?? 0) > 0 && <Fact name="Finish">{span.finish_reasons?.join(", ")}</Fact>}
      {(span.tags?.length ?? 0) > 0 && (
        <Fact name="Tags">
          <span className="row wrap">
            {span.tags?.map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
          </span>
        </Fact>
      )}
      {(span.quality?.length ?? 0) > 0 && (
        <Fact name="Notes">
          <span className="row wrap">
            {span.quality?.map((note) => (
              <Badge key={note} tone="warn">
                {note.replaceAll("_", " ")}
              </Badge>
            ))}
          </span>
        </Fact>
      )}
      {!span.billed && isCall && (
        <Fact name="Counted">
          <Badge tone="warn" title="A copy of usage that another span reports">
            not summed
          </Badge>
        </Fact>
      )}
    </dl>
  );
}

function modelTitle(span: Span): string {
  const asked = span.request_model;
  return asked && asked !== span.response_model && span.response_model ? `Asked for ${asked}` : "";
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="truncate">{children}</dd>
    </div>
  );
}

function FilterLink({ field, value }: { field: string; value: string }) {
  const search = new URLSearchParams({ q: `${field}:${quoteValue(value)}` });
  return (
    <Link className="link truncate" to={`/traces?${search.toString()}`} title={value}>
      {value}
    </Link>
  );
}
