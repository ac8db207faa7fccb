import { useState } from "react";
import type { JsonObject, Span } from "../../api/types";
import { CopyButton } from "../../ui/copy";
import { JsonView } from "../../ui/json-view";
import { asText } from "../conversation/text";

/** What no column took, with the identity of the span. */
export function SpanAttributes({ span }: { span: Span }) {
  const [search, setSearch] = useState("");
  const identity: JsonObject = {
    trace_id: span.trace_id,
    span_id: span.span_id,
    ...(span.parent_span_id ? { parent_span_id: span.parent_span_id } : {}),
    ...(span.native_id ? { native_id: span.native_id } : {}),
    ...(span.response_id ? { response_id: span.response_id } : {}),
    ...(span.operation ? { operation: span.operation } : {}),
    convention: span.source.convention ?? null,
    ...(span.source.sdk ? { sdk: span.source.sdk } : {}),
    ingest_time: span.ingest_time,
  };
  return (
    <div className="stack">
      <input
        className="input"
        placeholder="Search attributes"
        aria-label="Search attributes"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <Facts title="Span" values={identity} search={search} />
      <Facts title="Metadata" values={span.metadata} search={search} />
      <Facts title="Attributes" values={span.attributes} search={search} />
      {span.tools != null && (
        <section aria-label="Tool definitions">
          <h3>Tool definitions</h3>
          <JsonView value={span.tools} label="Tool definitions" />
        </section>
      )}
    </div>
  );
}

function Facts({ title, values, search }: { title: string; values: JsonObject | undefined; search: string }) {
  const wanted = search.toLowerCase();
  const rows = Object.entries(values ?? {}).filter(
    ([name, value]) => name.toLowerCase().includes(wanted) || asText(value).toLowerCase().includes(wanted),
  );
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <dl className="attributes">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className="mono">{asText(value)}</dd>
            <CopyButton text={asText(value)} label={`Copy ${name}`} />
          </div>
        ))}
      </dl>
    </section>
  );
}
