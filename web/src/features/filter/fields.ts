/** The fields that a filter can name, for suggestions. The server decides what is valid; see docs/filter-language.md. */

export type RowKind = "span" | "log" | "metric";

export interface FilterField {
  name: string;
  /** Its values are worth offering: the server lists them. */
  isListed?: true;
  hint: string;
}

const SPAN_FIELDS: FilterField[] = [
  { name: "model", isListed: true, hint: "model that answered, else the one asked for" },
  { name: "provider", isListed: true, hint: "openai, anthropic, …" },
  { name: "status", isListed: true, hint: "ok, error or unset" },
  { name: "env", isListed: true, hint: "deployment environment" },
  { name: "kind", isListed: true, hint: "llm, tool, agent, retrieval, …" },
  { name: "name", isListed: true, hint: "name of the span" },
  { name: "user", isListed: true, hint: "user id" },
  { name: "session", isListed: true, hint: "session id" },
  { name: "service", isListed: true, hint: "service name" },
  { name: "cost", hint: "US dollars: cost>0.01" },
  { name: "duration", hint: "duration>2s, duration<=300ms" },
  { name: "ttft", hint: "time to first token: ttft>500ms" },
  { name: "tokens", hint: "all tokens: tokens>4000" },
  { name: "input_tokens", hint: "input_tokens>1000" },
  { name: "output_tokens", hint: "output_tokens>1000" },
  { name: "cached", hint: "input tokens read from a cache" },
  { name: "reasoning", hint: "reasoning tokens" },
  { name: "error", isListed: true, hint: "error type" },
  { name: "message", hint: "error message" },
  { name: "agent", isListed: true, hint: "agent name" },
  { name: "tool", isListed: true, hint: "tool name" },
  { name: "operation", isListed: true, hint: "chat, embeddings, …" },
  { name: "prompt", isListed: true, hint: "prompt name" },
  { name: "prompt_version", isListed: true, hint: "prompt version" },
  { name: "release", isListed: true, hint: "release of the application" },
  { name: "request_model", isListed: true, hint: "model asked for" },
  { name: "response_model", isListed: true, hint: "model that answered" },
  { name: "tag", isListed: true, hint: "has this tag" },
  { name: "finish_reason", isListed: true, hint: "stop, length, tool_calls, …" },
  { name: "cost_source", isListed: true, hint: "computed, reported or unknown" },
  { name: "billed", hint: "true or false" },
  { name: "convention", isListed: true, hint: "how the span came in" },
  { name: "sdk", isListed: true, hint: "sender's library" },
  { name: "quality", isListed: true, hint: "data-quality note" },
  { name: "trace", hint: "trace id" },
  { name: "time", hint: "time>2026-01-31T09:30:00Z" },
  { name: "bookmarked", hint: "true or false" },
  { name: "comment", hint: "comment:* or comment:word" },
  { name: "score.", hint: "score.NAME>0.8, score.NAME:label, score.NAME:*" },
  { name: "metadata.", hint: "metadata.NAME:value" },
  { name: "attr.", hint: "attr.NAME:value" },
];

const LOG_FIELDS: FilterField[] = [
  { name: "level", isListed: true, hint: "DEBUG, INFO, WARNING, ERROR or CRITICAL" },
  { name: "service", isListed: true, hint: "service name" },
  { name: "logger", isListed: true, hint: "logger name" },
  { name: "message", hint: "the whole message; bare words search in it" },
  { name: "trace", hint: "trace id" },
  { name: "session", isListed: true, hint: "session id" },
  { name: "user", isListed: true, hint: "user id" },
  { name: "attr.", hint: "attr.NAME:value" },
];

const METRIC_FIELDS: FilterField[] = [
  { name: "service", isListed: true, hint: "service name" },
  { name: "value", hint: "value>100" },
  { name: "attr.", hint: "attr.TAG:value" },
];

export function fieldsOf(kind: RowKind): FilterField[] {
  return { span: SPAN_FIELDS, log: LOG_FIELDS, metric: METRIC_FIELDS }[kind];
}

export function findField(kind: RowKind, name: string): FilterField | undefined {
  return fieldsOf(kind).find((field) => field.name === name);
}
