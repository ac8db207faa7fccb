//! A span as an observation.

use model::{
    Money, ProjectId, Timestamp,
    telemetry::{Attributes, Span, Status, TokenUsage},
};
use protocol::langfuse;
use serde_json::{Map, Value, json};

/// What rows without an environment are said to be in.
pub(super) const DEFAULT_ENVIRONMENT: &str = "default";

/// The client's own id of a trace.
pub(super) fn trace_id_of(span: &Span) -> String {
    text_attribute(span, langfuse::NATIVE_TRACE_ID).unwrap_or_else(|| span.trace_id.to_hex())
}

/// The client's own id of an observation.
pub(super) fn id_of(span: &Span) -> String {
    let own = span.native_id.clone().filter(|_| span.source.convention == langfuse::CONVENTION);
    own.unwrap_or_else(|| span.span_id.to_hex())
}

/// Whether a span stands for its trace, which is told on its own by older SDKs, and is no observation.
pub(super) fn is_trace(span: &Span) -> bool {
    span.source.convention == langfuse::CONVENTION
        && span.native_id.as_deref().is_some_and(|id| langfuse::trace_span_id(id) == span.span_id && id == trace_id_of(span))
}

pub(super) fn text_attribute(span: &Span, name: &str) -> Option<String> {
    span.payload.attributes.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Everything about an observation, in the names of all versions of the API. `parent` is the client's own id of it.
pub(super) fn observation_json(span: &Span, parent: Option<String>, project: ProjectId) -> Value {
    let is_error = span.status == Status::Error;
    let level = if is_error { Some("ERROR".to_owned()) } else { text_attribute(span, langfuse::LEVEL) };
    let message = if is_error { span.error_message.clone() } else { text_attribute(span, langfuse::STATUS_MESSAGE) };
    let is_event = text_attribute(span, langfuse::TYPE).is_some_and(|name| name.eq_ignore_ascii_case("event"));
    let first_token = span.time_to_first_token_ms.map(|millis| span.start_time.saturating_add_nanos((millis * 1e6) as i64));
    let cost = &span.cost;
    let mut observation = json!({
        "id": id_of(span), "traceId": trace_id_of(span), "projectId": project, "parentObservationId": parent,
        "type": if is_event { "EVENT" } else { langfuse::observation_type(span.kind) }, "name": span.name,
        "isRootObservation": span.parent_span_id.is_none(), "startTime": span.start_time, "endTime": span.end_time,
        "completionStartTime": first_token, "createdAt": span.ingest_time, "updatedAt": span.ingest_time,
        "level": level.as_deref().unwrap_or("DEFAULT"), "statusMessage": message, "version": text_attribute(span, langfuse::VERSION),
        "environment": span.environment.as_deref().unwrap_or(DEFAULT_ENVIRONMENT), "release": span.release, "userId": span.user_id,
        "sessionId": span.session_id, "tags": span.tags, "traceName": text_attribute(span, langfuse::TRACE_NAME),
        "public": span.payload.attributes.get(langfuse::PUBLIC).is_some_and(|public| public == &json!(true)), "bookmarked": false,
        "input": langfuse::input_of_span(span), "output": langfuse::output_of_span(span), "metadata": span.payload.metadata,
        "model": span.model(), "modelParameters": flat(&span.payload.model_parameters), "promptId": null,
        "promptName": span.prompt_name, "promptVersion": span.prompt_version.as_deref().and_then(|version| version.parse::<u32>().ok()),
        "latency": span.duration_ms.map(|millis| millis / 1e3), "timeToFirstToken": span.time_to_first_token_ms.map(|millis| millis / 1e3),
    });
    let usage = usage_json(&span.usage);
    let costs = costs_json([("input", cost.input_usd), ("output", cost.output_usd), ("total", cost.total_usd)]);
    let counts = &span.usage;
    observation["usage"] = json!({
        "input": counts.input_tokens.unwrap_or(0), "output": counts.output_tokens.unwrap_or(0), "total": counts.total_tokens.unwrap_or(0),
        "unit": "TOKENS", "inputCost": costs.get("input"), "outputCost": costs.get("output"), "totalCost": costs.get("total"),
    });
    for (name, part) in
        [("calculatedInputCost", "input"), ("calculatedOutputCost", "output"), ("calculatedTotalCost", "total"), ("totalCost", "total")]
    {
        observation[name] = costs.get(part).cloned().unwrap_or_default();
    }
    observation["usageDetails"] = Value::Object(usage);
    observation["costDetails"] = Value::Object(costs);
    observation
}

/// The buckets that are known, under Langfuse's names: they stand beside each other there too.
fn usage_json(usage: &TokenUsage) -> Map<String, Value> {
    let buckets = &usage.buckets;
    let writes = [buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown];
    let written = writes.into_iter().flatten().reduce(u64::saturating_add);
    let counts = [
        ("input", buckets.input_uncached),
        ("input_cached_tokens", buckets.cache_read),
        ("input_cache_creation", written),
        ("input_audio_tokens", buckets.input_audio),
        ("input_image_tokens", buckets.input_image),
        ("output", buckets.output_text),
        ("output_reasoning_tokens", buckets.output_reasoning),
        ("output_audio_tokens", buckets.output_audio),
        ("total", usage.total_tokens),
    ];
    counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), Value::from(count?)))).collect()
}

fn costs_json(parts: [(&str, Option<Money>); 3]) -> Map<String, Value> {
    parts.into_iter().filter_map(|(name, amount)| Some((name.to_owned(), money_json(amount?)))).collect()
}

/// The models of the SDKs take amounts as numbers.
pub(super) fn money_json(amount: Money) -> Value {
    serde_json::from_str(&amount.to_string()).unwrap_or_default()
}

/// Parameters of models are flat in Langfuse: what is nested goes as its text.
fn flat(parameters: &Attributes) -> Map<String, Value> {
    let text = |value: &Value| if value.is_object() || value.is_array() { Value::String(value.to_string()) } else { value.clone() };
    parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Seconds between two times.
pub(super) fn seconds(from: Timestamp, to: Option<Timestamp>) -> f64 {
    to.map_or(0.0, |to| to.as_nanos().saturating_sub(from.as_nanos()).max(0) as f64 / 1e9)
}
