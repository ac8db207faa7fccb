//! A stored trace as MLflow's client reads it.

use super::{CONVENTION, EXPERIMENT, assessment_json, native_id};
use crate::{ids::hex_bytes, native::io};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::telemetry::{Score, Span, SpanEvent, SpanKind, Status};
use serde_json::{Map, Value, json};

const INPUTS: &str = "mlflow.spanInputs";
const OUTPUTS: &str = "mlflow.spanOutputs";
/// Longest preview, in characters.
const PREVIEW_CHARS: usize = 1_000;

/// `trace_info`. `spans`: those of the trace, as far as they are known; `scores`: what was said of it and of its spans.
pub fn trace_info_json(spans: &[Span], scores: &[Score]) -> Option<Value> {
    let root = spans.iter().find(|span| span.parent_span_id.is_none()).or_else(|| spans.first())?;
    let end = spans.iter().filter_map(|span| span.end_time).max();
    let nanos = end.map(|end| end.as_nanos().saturating_sub(root.start_time.as_nanos()).max(0));
    let is_running = spans.iter().any(|span| span.running);
    let state = match root.status {
        Status::Error => "ERROR",
        _ if is_running => "IN_PROGRESS",
        _ => "OK",
    };
    let experiment = root.payload.attributes.get(EXPERIMENT).and_then(Value::as_str).unwrap_or("0");
    let mut metadata: Map<String, Value> = root
        .payload
        .attributes
        .iter()
        .filter(|(name, value)| name.starts_with("mlflow.") && value.is_string())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    metadata.remove(EXPERIMENT);
    metadata.insert("mlflow.trace_schema.version".to_owned(), "3".into());
    metadata.extend(used(spans).map(|usage| ("mlflow.trace.tokenUsage".to_owned(), usage.to_string().into())));
    metadata.extend(root.session_id.clone().map(|session| ("mlflow.trace.session".to_owned(), session.into())));
    metadata.extend(root.user_id.clone().map(|user| ("mlflow.trace.user".to_owned(), user.into())));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut tags: Map<String, Value> = root
        .payload
        .metadata
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), text(value).into()))
        .collect();
    tags.insert("mlflow.traceName".to_owned(), root.name.clone().into());
    tags.insert("mlflow.trace.spansLocation".to_owned(), "TRACKING_STORE".into());
    let preview =
        |value: Option<Value>| value.map(|value| text(&value).chars().take(PREVIEW_CHARS).collect::<String>()).unwrap_or_default();
    Some(json!({
        "trace_id": native_id(root.trace_id),
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}},
        "request_time": root.start_time.to_string(),
        "execution_duration": nanos.map(|nanos| format!("{}.{:09}s", nanos / 1_000_000_000, nanos % 1_000_000_000)),
        "state": state, "trace_metadata": metadata, "tags": tags,
        "request_preview": preview(inputs(root)), "response_preview": preview(outputs(root)),
        "assessments": scores.iter().filter_map(assessment_json).collect::<Vec<_>>(),
    }))
}

/// What the model calls among these spans counted together; `None` when none did.
fn used(spans: &[Span]) -> Option<Value> {
    let calls: Vec<&Span> = spans.iter().filter(|span| span.is_request()).collect();
    let sum = |count: fn(&Span) -> Option<u64>| calls.iter().filter_map(|span| count(span)).reduce(u64::saturating_add);
    let (input, output) = (sum(|span| span.usage.input_tokens)?, sum(|span| span.usage.output_tokens).unwrap_or(0));
    Some(json!({"input_tokens": input, "output_tokens": output, "total_tokens": input.saturating_add(output)}))
}

/// `trace`: its info and its spans, these in OTLP with bytes in base64.
pub fn trace_json(spans: &[Span], scores: &[Score]) -> Option<Value> {
    Some(json!({"trace_info": trace_info_json(spans, scores)?, "spans": spans.iter().map(span_json).collect::<Vec<_>>()}))
}

fn span_json(span: &Span) -> Value {
    let base64 = |hex: String| STANDARD.encode(hex_bytes(&hex).unwrap_or_default());
    let mut attributes = Map::new();
    attributes.insert("mlflow.traceRequestId".to_owned(), native_id(span.trace_id).into());
    attributes.insert("mlflow.spanType".to_owned(), kind(span.kind).into());
    attributes.extend(inputs(span).map(|value| (INPUTS.to_owned(), value)));
    attributes.extend(outputs(span).map(|value| (OUTPUTS.to_owned(), value)));
    attributes.extend(span.model().map(|model| ("mlflow.llm.model".to_owned(), model.into())));
    if let (Some(input), Some(output)) = (span.usage.input_tokens, span.usage.output_tokens) {
        let total = span.usage.total_tokens;
        attributes
            .insert("mlflow.chat.tokenUsage".to_owned(), json!({"input_tokens": input, "output_tokens": output, "total_tokens": total}));
    }
    for (name, value) in &span.payload.attributes {
        attributes.entry(name.clone()).or_insert_with(|| value.clone());
    }
    json!({
        "trace_id": base64(span.trace_id.to_hex()), "span_id": base64(span.span_id.to_hex()),
        "parent_span_id": span.parent_span_id.map(|parent| base64(parent.to_hex())).unwrap_or_default(),
        "name": span.name,
        "start_time_unix_nano": span.start_time.as_nanos().to_string(),
        "end_time_unix_nano": span.end_time.unwrap_or(span.start_time).as_nanos().to_string(),
        "status": {"code": match span.status { Status::Ok => "STATUS_CODE_OK", Status::Error => "STATUS_CODE_ERROR", Status::Unset => "STATUS_CODE_UNSET" },
            "message": span.error_message.as_deref().unwrap_or_default()},
        "attributes": key_values(attributes),
        "events": span.payload.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn event(event: &SpanEvent) -> Value {
    json!({
        "name": event.name, "time_unix_nano": event.time.as_nanos().to_string(), "attributes": key_values(event.attributes.clone()),
    })
}

fn key_values(fields: impl IntoIterator<Item = (String, Value)>) -> Vec<Value> {
    fields.into_iter().map(|(key, value)| json!({"key": key, "value": any_value(value)})).collect()
}

/// Not JSON in text, as the client sends it: it reads values by their types.
fn any_value(value: Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(truth) => json!({"bool_value": truth}),
        Value::Number(number) if number.is_i64() => json!({"int_value": number}),
        Value::Number(number) => json!({"double_value": number}),
        Value::String(text) => json!({"string_value": text}),
        Value::Array(items) => json!({"array_value": {"values": items.into_iter().map(any_value).collect::<Vec<_>>()}}),
        Value::Object(fields) => json!({"kvlist_value": {"values": key_values(fields)}}),
    }
}

/// The value as it was, or the messages that were made of it.
fn inputs(span: &Span) -> Option<Value> {
    side(span, INPUTS, io::Side::Input, span.payload.input.as_ref())
}

fn outputs(span: &Span) -> Option<Value> {
    side(span, OUTPUTS, io::Side::Output, span.payload.output.as_ref())
}

fn side(span: &Span, name: &str, side: io::Side, messages: Option<&Vec<model::telemetry::Message>>) -> Option<Value> {
    let original = || span.payload.originals.get(name).filter(|_| span.source.convention == CONVENTION).cloned();
    original().or_else(|| io::rebuilt(side, messages?)).or_else(|| serde_json::to_value(messages?).ok())
}

fn kind(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Llm => "CHAT_MODEL",
        SpanKind::Agent => "AGENT",
        SpanKind::Workflow => "WORKFLOW",
        SpanKind::Tool => "TOOL",
        SpanKind::Retrieval => "RETRIEVER",
        SpanKind::Embedding => "EMBEDDING",
        SpanKind::Reranker => "RERANKER",
        SpanKind::Chain | SpanKind::Prompt => "CHAIN",
        SpanKind::Guardrail => "GUARDRAIL",
        SpanKind::Evaluator => "EVALUATOR",
        SpanKind::Other => "UNKNOWN",
    }
}
