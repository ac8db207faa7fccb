import { useRef } from "react";
import { useSearchParams } from "react-router";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { ScoreTarget, Span } from "../../api/types";
import { StatusBadge } from "../../ui/badge";
import { CopyButton } from "../../ui/copy";
import { formatDuration, formatTime } from "../../ui/format";
import { ErrorState, SkeletonRows } from "../../ui/states";
import { Tabs, type Tab } from "../../ui/tabs";
import { Conversation } from "../conversation/conversation";
import { Highlight, Marked, MarkedJson } from "../highlight/highlight";
import { MatchBar } from "../highlight/match-bar";
import { BookmarkButton } from "../scores/bookmark-button";
import { ScoreList } from "../scores/score-list";
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

/** Everything about one span. The open tab is part of the address, and so is the filter (`q`) whose matches are marked. */
export function SpanPanel({ traceId, spanId }: SpanPanelProps) {
  const span = useRead<Span>(paths.span(traceId, spanId));
  const [params, setParams] = useSearchParams();
  const panel = useRef<HTMLElement>(null);

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

  const active = params.get("tab") ?? tabs[0]?.id ?? "";
  return (
    <aside ref={panel} className="span-panel" aria-label={`Span ${span.data.name}`} aria-busy={span.isPlaceholderData}>
      <Highlight filter={params.get("q") ?? ""}>
        <PanelHead span={span.data} />
        {span.data.status === "error" && <SpanError span={span.data} />}
        <SpanFacts span={span.data} />
        <MatchBar scope={panel} version={`${span.data.span_id} ${active}`} />
        <Tabs label="Span" tabs={tabs} active={active} onChange={chooseTab} />
      </Highlight>
    </aside>
  );
}

function PanelHead({ span }: { span: Span }) {
  return (
    <header className="span-head">
      <KindIcon kind={span.kind} size={15} />
      <div className="grow">
        <h2 className="truncate" title={span.name}>
          <Marked text={span.name} />
        </h2>
        <p className="muted num truncate">
          {formatTime(span.start_time, { seconds: true })} · {span.duration_ms == null ? "running" : formatDuration(span.duration_ms)}
        </p>
      </div>
      <StatusBadge status={span.status} />
      <BookmarkButton target={targetOf(span)} scores={span.scores} what="span" />
      <CopyButton text={span.span_id} label="Copy span id" />
    </header>
  );
}

function SpanError({ span }: { span: Span }) {
  return (
    <div className="notice error" role="note" aria-label="Error">
      <div className="stack" style={{ gap: 2 }}>
        <b>
          <Marked text={span.error_type ?? "Error"} />
        </b>
        {span.error_message && (
          <span className="span-error-text">
            <Marked text={span.error_message} />
          </span>
        )}
      </div>
    </div>
  );
}

function targetOf(span: Span): ScoreTarget {
  return { target: "span", trace_id: span.trace_id, span_id: span.span_id };
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
  const said = span.scores.filter((score) => score.kind !== "bookmark").length;
  const rest: Tab[] = [
    {
      id: "scores",
      label: "Scores",
      count: said,
      content: () => <ScoreList key={span.span_id} target={targetOf(span)} scores={span.scores} />,
    },
    { id: "usage", label: "Tokens & cost", content: () => <SpanUsage span={span} /> },
    { id: "attributes", label: "Attributes", count: facts, content: () => <SpanAttributes span={span} /> },
    { id: "events", label: "Events", count: events, content: () => <SpanEvents span={span} /> },
    { id: "raw", label: "JSON", content: () => <MarkedJson value={span} label="Span as JSON" /> },
  ];
  const isCall = messages > 0 || ["llm", "embedding", "reranker"].includes(span.kind);
  if (isCall) return [conversation, ...rest];
  const attributes = rest.filter((tab) => tab.id === "attributes");
  return [...attributes, conversation, ...rest.filter((tab) => tab.id !== "attributes")];
}
