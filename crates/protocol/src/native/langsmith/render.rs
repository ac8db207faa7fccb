//! A stored span → the run it was: what the SDKs read back.

use super::{ATTACHMENTS_ATTRIBUTE, DOTTED_ORDER_ATTRIBUTE, NAMES, PROJECT_ATTRIBUTE, REFERENCE_ATTRIBUTE, medium_id, project_id};
use crate::{
    ids::uuid_text,
    native::{Side, rebuilt},
};
use model::{
    Timestamp,
    telemetry::{Score, ScoreKind, Span, SpanKind, Status},
};
use serde_json::{Map, Value, json};

/// The run of a span that LangSmith's SDKs sent, with the scores that are about it.
pub fn run_json(span: &Span, scores: &[Score]) -> Value {
    let attribute = |name: &str| span.payload.attributes.get(name).cloned().unwrap_or_default();
    let order = attribute(DOTTED_ORDER_ATTRIBUTE);
    let ancestors = ancestors(order.as_str().unwrap_or_default());
    let first_token = span.time_to_first_token_ms.map(|millis| span.start_time.saturating_add_nanos((millis * 1e6) as i64));
    json!({
        "id": span.native_id,
        "name": span.name,
        "run_type": run_type(span),
        "start_time": span.start_time,
        "end_time": span.end_time,
        "status": status(span),
        "error": error(span),
        "inputs": object(span, Side::Input).unwrap_or_else(|| json!({})),
        "outputs": object(span, Side::Output),
        "extra": extra(span),
        "events": events(span),
        "serialized": attribute("langsmith.serialized"),
        "tags": span.tags,
        "trace_id": trace_id(span),
        "parent_run_id": ancestors.last(),
        "parent_run_ids": ancestors,
        "dotted_order": order,
        "session_id": attribute(PROJECT_ATTRIBUTE).as_str().map(project_id),
        "reference_example_id": attribute(REFERENCE_ATTRIBUTE),
        "app_path": format!("/traces/{}", span.trace_id),
        "first_token_time": first_token,
        "prompt_tokens": span.usage.input_tokens,
        "completion_tokens": span.usage.output_tokens,
        "total_tokens": span.usage.total_tokens,
        "prompt_token_details": prompt_details(span),
        "completion_token_details": completion_details(span),
        "prompt_cost": span.cost.input_usd,
        "completion_cost": span.cost.output_usd,
        "total_cost": span.cost.total_usd,
        "feedback_stats": feedback_stats(scores),
        "s3_urls": files_json(&attribute(ATTACHMENTS_ATTRIBUTE)),
    })
}

/// Where files are fetched, as the SDKs want to be told. `files`: references by name.
pub fn files_json(files: &Value) -> Value {
    let address = |(name, file): (&String, &Value)| {
        let url = format!("/attachments/{}", medium_id(file)?);
        Some((format!("attachment.{name}"), json!({"presigned_url": url, "mime_type": file.get("mime_type")})))
    };
    files.as_object().map(|files| files.iter().filter_map(address).collect::<Map<_, _>>().into()).unwrap_or_default()
}

/// The inputs or outputs as they were sent.
pub fn object(span: &Span, side: Side) -> Option<Value> {
    let (name, messages) = match side {
        Side::Input => (NAMES.input, &span.payload.input),
        Side::Output => (NAMES.output, &span.payload.output),
    };
    span.payload.originals.get(name).cloned().or_else(|| rebuilt(side, messages.as_deref()?))
}

fn ancestors(order: &str) -> Vec<String> {
    let mut ids: Vec<String> = order.split('.').filter_map(|segment| Some(segment.split_once('Z')?.1.to_owned())).collect();
    ids.pop();
    ids
}

/// The trace's id as a UUID, or the client's own where it was none.
fn trace_id(span: &Span) -> String {
    match span.payload.attributes.get("native_trace_id").and_then(Value::as_str) {
        Some(native) => native.to_owned(),
        None => uuid_text(&span.trace_id.to_hex()),
    }
}

fn run_type(span: &Span) -> &str {
    match span.kind {
        SpanKind::Retrieval => "retriever",
        SpanKind::Other => span.operation.as_deref().unwrap_or("chain"),
        kind => kind.as_str(),
    }
}

fn status(span: &Span) -> &'static str {
    match span.status {
        Status::Error => "error",
        _ if span.end_time.is_none() => "pending",
        _ => "success",
    }
}

fn error(span: &Span) -> Option<String> {
    let stack = span.payload.events.iter().find_map(|event| event.attributes.get("exception.stacktrace")?.as_str());
    stack.map(str::to_owned).or_else(|| match (&span.error_type, &span.error_message) {
        (Some(kind), Some(message)) => Some(format!("{kind}({message:?})")),
        (kind, message) => message.clone().or_else(|| kind.clone()),
    })
}

fn extra(span: &Span) -> Value {
    let payload = &span.payload;
    let mut metadata: Map<String, Value> = payload.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let said = [
        ("ls_provider", &span.provider),
        ("ls_model_name", &span.request_model),
        ("ls_model_type", &span.operation),
        ("user_id", &span.user_id),
        ("lc_agent_name", &span.agent),
    ];
    for (name, text) in said {
        if let Some(text) = text {
            metadata.entry(name).or_insert_with(|| json!(text));
        }
    }
    let mut extra = Map::from_iter([("metadata".to_owned(), Value::Object(metadata))]);
    if !payload.model_parameters.is_empty() {
        extra.insert("invocation_params".to_owned(), json!(payload.model_parameters));
    }
    if let Some(runtime) = payload.attributes.get("langsmith.runtime") {
        extra.insert("runtime".to_owned(), runtime.clone());
    }
    for (name, value) in &payload.attributes {
        if let Some(name) = name.strip_prefix("langsmith.extra.") {
            extra.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(extra)
}

fn events(span: &Span) -> Vec<Value> {
    let own = span.payload.events.iter().filter(|event| event.name != "exception");
    own.map(|event| json!({"name": event.name, "time": event.time, "kwargs": event.attributes})).collect()
}

fn prompt_details(span: &Span) -> Value {
    let buckets = &span.usage.buckets;
    details(&[
        ("cache_read", buckets.cache_read),
        ("cache_creation", buckets.cache_write_unknown),
        ("ephemeral_5m_input_tokens", buckets.cache_write_5m),
        ("ephemeral_1h_input_tokens", buckets.cache_write_1h),
        ("audio", buckets.input_audio),
        ("image", buckets.input_image),
    ])
}

fn completion_details(span: &Span) -> Value {
    details(&[("reasoning", span.usage.buckets.output_reasoning), ("audio", span.usage.buckets.output_audio)])
}

fn details(counts: &[(&str, Option<u64>)]) -> Value {
    counts.iter().filter_map(|(name, count)| Some(((*name).to_owned(), json!((*count)?)))).collect::<Map<_, _>>().into()
}

/// Per key, how many and their mean.
fn feedback_stats(scores: &[Score]) -> Value {
    let mut stats: Map<String, Value> = Map::new();
    for name in scores.iter().filter(|score| score.kind == ScoreKind::Score).map(|score| &score.name) {
        if !stats.contains_key(name) {
            let values: Vec<f64> = scores.iter().filter(|score| score.name == *name).filter_map(|score| score.value).collect();
            let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
            let count = scores.iter().filter(|score| score.name == *name).count();
            stats.insert(name.clone(), json!({"n": count, "avg": mean}));
        }
    }
    Value::Object(stats)
}

/// Feedback as it is read back. `run_id`: the run that it is about, where it is about one.
pub fn feedback_json(score: &Score, run_id: Option<&str>) -> Value {
    let created: Timestamp = score.timestamp;
    let mut metadata = score.metadata.clone();
    let value = metadata.remove("value").or_else(|| score.label.clone().map(Value::String));
    let source = metadata.remove("feedback_source").unwrap_or_else(|| json!({"type": "api", "metadata": {}}));
    json!({
        "id": score.score_id,
        "created_at": created,
        "modified_at": score.ingest_time,
        "run_id": run_id,
        "trace_id": score.target.trace_id().map(|trace| uuid_text(&trace.to_hex())),
        "session_id": metadata.remove("session_id").or_else(|| score.target.session_id().map(Value::from)),
        "key": score.name,
        "score": score.value,
        "value": value,
        "comment": score.comment,
        "correction": metadata.remove("correction"),
        "feedback_source": source,
        "extra": metadata.remove("extra"),
    })
}
