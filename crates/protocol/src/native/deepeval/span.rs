//! One span of a trace.

use super::{
    CONVENTION,
    fields::Fields,
    ids::{native_id, span_id},
    llm,
    messages::{self, single},
    metric,
    trace::TraceFacts,
};
use crate::{IngestContext, RowError, rules::check_time, secrets::SECRET_REMOVED};
use model::{
    SpanId,
    telemetry::{Part, Score, ScoreTarget, Source, Span, SpanKind, Status},
};
use serde_json::Value;

/// A span, and what was measured of it on the client.
pub(super) struct SpanRows {
    pub(super) span: Span,
    pub(super) scores: Vec<Result<Score, RowError>>,
}

pub(super) fn read(value: Value, kind: SpanKind, facts: &TraceFacts, context: &IngestContext) -> Result<SpanRows, RowError> {
    let mut fields = Fields::of(value, "span")?;
    let uuid = fields.required_text("uuid")?;
    let start = fields.time("startTime")?.ok_or_else(|| RowError::new("startTime", "expected the time of the start"))?;
    check_time("startTime", start, context)?;
    let mut span = facts.new_span(span_id(&uuid), String::new(), start);
    span.native_id = native_id(uuid);
    span.parent_span_id = fields.text("parentUuid").map(|parent| span_id(&parent));
    span.kind = kind;
    span.name = fields.text("name").unwrap_or_else(|| kind_name(kind).to_owned());
    if let Some(end) = fields.time("endTime")? {
        span.end_at(end);
    }
    read_status(&mut span, &mut fields);
    fields.take_as("type", |value| (value.as_str() == Some(kind_name(kind))).then_some(()));
    match kind {
        SpanKind::Llm => llm::read(&mut span, &mut fields),
        SpanKind::Agent => {
            span.agent = Some(span.name.clone());
            span.payload.tools =
                fields.take_as("availableTools", |tools| tools.as_array().filter(|tools| !tools.is_empty()).map(|_| tools.clone()));
        }
        SpanKind::Tool => span.tool = Some(span.name.clone()),
        _ => {}
    }
    read_payload(&mut span, &mut fields, facts);
    let (metadata, had_secrets) = fields.metadata("metadata");
    span.payload.metadata = metadata;
    if had_secrets {
        span.note(SECRET_REMOVED);
    }
    let target = ScoreTarget::Span { trace_id: span.trace_id, span_id: span.span_id };
    let judged_at = span.end_time.unwrap_or(span.start_time);
    let scores = fields.list("metricsData").into_iter().map(|data| metric::score(data, target.clone(), judged_at, context)).collect();
    // Lists that say "none" say nothing.
    span.payload.attributes =
        fields.rest().into_iter().filter(|(_, value)| value.as_array().is_none_or(|items| !items.is_empty())).collect();
    Ok(SpanRows { span, scores })
}

fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Agent => "agent",
        SpanKind::Llm => "llm",
        SpanKind::Retrieval => "retriever",
        SpanKind::Tool => "tool",
        _ => "base",
    }
}

fn read_status(span: &mut Span, fields: &mut Fields) {
    let status = fields.take_as("status", |value| match value.as_str()? {
        "SUCCESS" => Some(Status::Ok),
        "ERRORED" => Some(Status::Error),
        "IN_PROGRESS" => Some(Status::Unset),
        _ => None,
    });
    span.status = status.unwrap_or_default();
    span.running = status == Some(Status::Unset);
    span.error_message = fields.text("error");
    if span.running {
        // The client fills in "now" for the end of what has not ended.
        (span.end_time, span.duration_ms) = (None, None);
    }
}

fn read_payload(span: &mut Span, fields: &mut Fields, facts: &TraceFacts) {
    let (input, output) = (fields.take("input"), fields.take("output"));
    if span.kind == SpanKind::Tool {
        // A tool span reads as the call that asked for it and the result that answered.
        let name = span.name.clone();
        span.payload.input = input.map(|arguments| vec![single("assistant", Part::ToolCall { id: None, name, arguments })]);
        span.payload.output = output.map(|result| vec![single("tool", tool_result(span, result))]);
        return;
    }
    if span.kind == SpanKind::Retrieval {
        span.payload.output = output.map(|documents| vec![single("tool", Part::ToolResult { id: None, result: documents })]);
    } else {
        span.payload.output = said(span, "output", output, "assistant", facts);
    }
    if input.is_some() {
        span.payload.input = said(span, "input", input, "user", facts);
    }
    llm::take_tools(span);
}

/// LangChain's tools answer with a message, of which the content is the result.
fn tool_result(span: &mut Span, output: Value) -> Part {
    let text = |name: &str| output.get(name).and_then(Value::as_str);
    let id = text("tool_call_id").filter(|_| text("type") == Some("tool")).map(str::to_owned);
    match output.get("content").filter(|_| id.is_some()).cloned() {
        Some(result) => {
            span.payload.originals.insert("output".to_owned(), output);
            Part::ToolResult { id, result }
        }
        None => Part::ToolResult { id: None, result: output },
    }
}

/// A payload in messages; what they leave out is kept as the original.
pub(super) fn said(
    span: &mut Span,
    name: &str,
    value: Option<Value>,
    role: &str,
    facts: &TraceFacts,
) -> Option<Vec<model::telemetry::Message>> {
    let mut read = messages::read(value?, role)?;
    facts.attachments.resolve(&mut read.messages);
    if let Some(original) = read.original {
        span.payload.originals.insert(name.to_owned(), original);
    }
    Some(read.messages)
}

impl TraceFacts {
    /// A span that knows what its trace says of all of its spans.
    pub(super) fn new_span(&self, span: SpanId, name: String, start: model::Timestamp) -> Span {
        let mut span = Span::new(self.trace_id, span, name, start);
        span.session_id.clone_from(&self.session);
        span.user_id.clone_from(&self.user);
        span.environment.clone_from(&self.environment);
        span.tags.clone_from(&self.tags);
        span.source = Source { convention: CONVENTION.to_owned(), sdk: self.sdk.clone() };
        span.ingest_time = self.received_at;
        span
    }
}
