import { useSearchParams } from "react-router";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Span } from "../../api/types";
import { StatusBadge } from "../../ui/badge";
import { CopyButton } from "../../ui/copy";
import { formatDuration, formatTime } from "../../ui/format";
import { JsonView } from "../../ui/json-view";
import { ErrorState, SkeletonRows } from "../../ui/states";
import { Tabs, type Tab } from "../../ui/tabs";
import { Conversation } from "../conversation/conversation";
import { KindIcon } from "../waterfall/kind";
import { SpanAttributes } from "./span-attributes";
import { SpanEvents } from "./span-events";
import { SpanFacts } from "./span-facts";
import { SpanUsage } from "./span-usage";
import "./span.css";

interface SpanPanelProps {
  traceId: string;
  spanId: string;
}

/** Everything about one span. The open tab is part of the address. */
export function SpanPanel({ traceId, spanId }: SpanPanelProps) {
  const span = useRead<Span>(paths.span(traceId, spanId));
  const [params, setParams] = useSearchParams();

  if (span.isError)
    return (
      <aside className="span-panel">
        <ErrorState error={span.error} onRetry={() => void span.refetch()} />
      </aside>
    );
  if (!span.data)
    return (
      <aside className="span-panel">
        <SkeletonRows rows={9} />
      </aside>
    );

  const tabs = tabsOf(span.data);
  const chooseTab = (id: string) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        next.set("tab", id);
        return next;
      },
      { replace: true },
    );

  return (
    <aside className="span-panel" aria-label={`Span ${span.data.name}`} aria-busy={span.isPlaceholderData}>
      <PanelHead span={span.data} />
      {span.data.status === "error" && <SpanError span={span.data} />}
      <SpanFacts span={span.data} />
      <Tabs label="Span" tabs={tabs} active={params.get("tab") ?? tabs[0]?.id ?? ""} onChange={chooseTab} />
    </aside>
  );
}

function PanelHead({ span }: { span: Span }) {
  return (
    <header className="span-head">
      <KindIcon kind={span.kind} size={15} />
      <div className="grow">
        <h2 className="truncate" title={span.name}>
          {span.name}
        </h2>
        <p className="muted num truncate">
          {formatTime(span.start_time, { seconds: true })} · {span.duration_ms == null ? "running" : formatDuration(span.duration_ms)}
        </p>
      </div>
      <StatusBadge status={span.status} />
      <CopyButton text={span.span_id} label="Copy span id" />
    </header>
  );
}

function SpanError({ span }: { span: Span }) {
  return (
    <div className="notice error" role="note" aria-label="Error">
      <div className="stack" style={{ gap: 2 }}>
        <b>{span.error_type ?? "Error"}</b>
        {span.error_message && <span className="span-error-text">{span.error_message}</span>}
      </div>
    </div>
  );
}

function tabsOf(span: Span): Tab[] {
  const messages = (span.system?.length ?? 0) + (span.input?.length ?? 0) + (span.output?.length ?? 0);
  const facts = Object.keys(span.attributes ?? {}).length + Object.keys(span.metadata ?? {}).length;
  const events = (span.events?.length ?? 0) + (span.links?.length ?? 0);
  const conversation: Tab = {
    id: "messages",
    label: "Messages",
    count: messages,
    content: () => <Conversation key={span.span_id} system={span.system} input={span.input} output={span.output} />,
  };
  const rest: Tab[] = [
    { id: "usage", label: "Tokens & cost", content: () => <SpanUsage span={span} /> },
    { id: "attributes", label: "Attributes", count: facts, content: () => <SpanAttributes span={span} /> },
    { id: "events", label: "Events", count: events, content: () => <SpanEvents span={span} /> },
    { id: "raw", label: "JSON", content: () => <JsonView value={span} label="Span as JSON" /> },
  ];
  const isCall = messages > 0 || ["llm", "embedding", "reranker"].includes(span.kind);
  return isCall ? [conversation, ...rest] : [rest[1] as Tab, conversation, rest[0] as Tab, rest[2] as Tab, rest[3] as Tab];
}
