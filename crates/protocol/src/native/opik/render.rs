//! Stored spans → the traces and spans that they were: what the SDK reads back.

use super::{DEFAULT_PROJECT, NAMES, PROJECT_ATTRIBUTE, project_id};
use crate::{
    ids::uuid_text,
    native::{Side, rebuilt},
};
use model::telemetry::{Score, ScoreKind, ScoreSource, Span, SpanKind, Status};
use serde_json::{Map, Value, json};

/// A trace, by the span that stands for it.
pub fn trace_json(span: &Span, scores: &[Score]) -> Value {
    let mut trace = common(span, scores);
    trace.insert("id".to_owned(), json!(span.native_id));
    trace.insert("thread_id".to_owned(), json!(thread_of(span)));
    Value::Object(trace)
}

/// A span. `parent`: the native id of its parent, unless that is the trace.
pub fn span_json(span: &Span, parent: Option<&str>, scores: &[Score]) -> Value {
    let mut fields = common(span, scores);
    let kind = match span.kind {
        SpanKind::Llm => "llm",
        SpanKind::Tool => "tool",
        SpanKind::Guardrail => "guardrail",
        _ => "general",
    };
    let own = [
        ("id", json!(span.native_id)),
        ("trace_id", json!(uuid_text(&span.trace_id.to_hex()))),
        ("parent_span_id", json!(parent)),
        ("type", json!(kind)),
        ("model", json!(span.model())),
        ("provider", json!(span.provider)),
        ("usage", json!(usage(span))),
        ("total_estimated_cost", json!(span.cost.total_usd.or(span.cost.reported_usd))),
    ];
    fields.extend(own.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(fields)
}

/// The thread of a trace.
pub fn thread_of(span: &Span) -> Option<&str> {
    span.session_id.as_deref()
}

fn common(span: &Span, scores: &[Score]) -> Map<String, Value> {
    let project = span.payload.attributes.get(PROJECT_ATTRIBUTE).and_then(Value::as_str).unwrap_or(DEFAULT_PROJECT);
    let fields = json!({
        "project_id": project_id(project),
        "name": span.name,
        "start_time": span.start_time,
        "end_time": span.end_time,
        "input": payload(span, Side::Input),
        "output": payload(span, Side::Output),
        "metadata": metadata(span),
        "tags": span.tags,
        "error_info": error(span),
        "ttft": span.time_to_first_token_ms,
        "duration": span.duration_ms,
        "environment": span.environment,
        "created_at": span.ingest_time,
        "last_updated_at": span.ingest_time,
        "feedback_scores": scores.iter().filter(|score| score.kind == ScoreKind::Score).map(score_json).collect::<Vec<_>>(),
    });
    match fields {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// What went in or came out, as it was sent.
pub fn payload(span: &Span, side: Side) -> Option<Value> {
    let (name, messages) = match side {
        Side::Input => (NAMES.input, &span.payload.input),
        Side::Output => (NAMES.output, &span.payload.output),
    };
    span.payload.originals.get(name).cloned().or_else(|| rebuilt(side, messages.as_deref()?))
}

fn metadata(span: &Span) -> Option<Value> {
    let payload = &span.payload;
    let all: Map<String, Value> =
        payload.model_parameters.iter().chain(&payload.metadata).map(|(name, value)| (name.clone(), value.clone())).collect();
    (!all.is_empty()).then_some(Value::Object(all))
}

fn usage(span: &Span) -> Option<Value> {
    let counts = [
        ("prompt_tokens", span.usage.input_tokens),
        ("completion_tokens", span.usage.output_tokens),
        ("total_tokens", span.usage.total_tokens),
    ];
    let known: Map<String, Value> = counts.iter().filter_map(|(name, count)| Some(((*name).to_owned(), json!((*count)?)))).collect();
    (!known.is_empty()).then_some(Value::Object(known))
}

fn error(span: &Span) -> Option<Value> {
    let traceback = span.payload.events.iter().find_map(|event| event.attributes.get("exception.stacktrace"));
    (span.status == Status::Error).then(|| {
        json!({
            "exception_type": span.error_type.as_deref().unwrap_or("Error"),
            "message": span.error_message,
            "traceback": traceback.and_then(Value::as_str).unwrap_or_default(),
        })
    })
}

/// A score as the SDK knows it.
pub fn score_json(score: &Score) -> Value {
    let source = match score.source {
        ScoreSource::Human | ScoreSource::User => "ui",
        ScoreSource::Judge => "online_scoring",
        ScoreSource::Code => "sdk",
    };
    let fields = json!({
        "name": score.name,
        "value": score.value.unwrap_or_default(),
        "category_name": score.label,
        "reason": score.comment,
        "source": source,
        "created_at": score.timestamp,
        "last_updated_at": score.ingest_time,
        "created_by": score.author,
    });
    match fields {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into(),
        other => other,
    }
}
