//! `POST /api/v1/ingest/llm`: one call of a model.
//!
//! `timestamp` is when the call started; the end is that plus `latency_ms`. Without `timestamp` the call has just ended. Without
//! `latency_ms` the call is over, with an unknown duration. Token counts follow OpenAI: `input_tokens` includes cached and
//! cache-creation tokens, `output_tokens` includes reasoning tokens.

use super::{CONVENTION, fields::Fields};
use crate::{
    IngestContext, RowError,
    ids::{digest, native_span_id, native_trace_id},
    messages::{conversation_from_value, message_from_chat, text_message},
    rules::check_time,
    usage::ReportedUsage,
};
use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{BodyDigest, Incoming, Message, Part, Span, SpanKind, Status},
};
use serde_json::{Map, Value};

const NANOS_PER_MILLI: f64 = 1e6;

/// Reads one call. A repeat of the same `id` has the same digest, whatever else it says.
pub fn llm_call(value: Value, context: &IngestContext) -> Result<Incoming<Span>, RowError> {
    let mut fields = Fields::read(value)?;
    let id = fields.id_text("id")?;
    let trace = fields.trace_id()?;
    let provider = fields.required_label("provider")?;
    let model = fields.required_label("model")?;
    let latency_ms = fields.milliseconds("latency_ms")?;
    let latency_nanos = latency_ms.map_or(0, |millis| (millis * NANOS_PER_MILLI) as i64);
    let start = match fields.timestamp()? {
        Some(start) => start,
        None => context.received_at.saturating_add_nanos(-latency_nanos),
    };
    check_time("timestamp", start, context)?;

    let (trace_id, span_id) = span_ids(id.as_deref(), trace.as_ref().map(|(id, _)| *id))?;
    let name = fields.label("name")?.unwrap_or_else(|| format!("chat {model}"));
    let mut span = Span::new(trace_id, span_id, name, start);
    span.kind = SpanKind::Llm;
    span.provider = Some(provider);
    span.request_model = Some(model);
    span.parent_span_id = fields.span_id("parent_span_id")?.map(|(id, _)| id);
    span.ingest_time = context.received_at;
    span.source.convention = CONVENTION.to_owned();
    let native_trace = trace.and_then(|(_, native)| native);
    let digest = id.as_deref().map(id_digest);
    span.native_id = id.or_else(|| native_trace.clone());
    set_times(&mut span, &mut fields, start, latency_ms, latency_nanos)?;
    read_status(&mut span, &mut fields)?;
    read_usage(&mut span, &mut fields)?;
    span.cost.reported_usd = fields.usd("cost_usd")?;
    span.session_id = fields.label("session_id")?;
    span.user_id = fields.label("user_id")?;
    span.environment = fields.label("environment")?;
    span.tags = fields.labels("tags")?;
    span.payload.metadata = fields.object("metadata")?;
    span.payload.input = read_prompt(&mut fields)?;
    if let Some(response) = fields.take("response") {
        span.payload.output = Some(read_response(&mut span, response));
    }
    span.payload.attributes = fields.rest();
    if let Some(native) = native_trace.filter(|native| span.native_id.as_ref() != Some(native)) {
        span.payload.attributes.insert("native_trace_id".to_owned(), Value::String(native));
    }
    Ok(Incoming::new(span, digest))
}

/// From the call's id where there is one, so that a repeat is the same span; else random.
fn span_ids(id: Option<&str>, trace: Option<TraceId>) -> Result<(TraceId, SpanId), RowError> {
    match id {
        Some(id) => {
            let trace = trace.or_else(|| id.parse().ok()).unwrap_or_else(|| native_trace_id(CONVENTION, id));
            Ok((trace, id.parse().unwrap_or_else(|_| native_span_id(CONVENTION, id))))
        }
        None => {
            let mut random = [0_u8; TraceId::LEN + SpanId::LEN];
            let unavailable = |_| RowError::new("id", "no random id could be made; send one");
            getrandom::fill(&mut random).map_err(unavailable)?;
            let (trace_bytes, span_bytes) = random.split_at(TraceId::LEN);
            let zero = |_| RowError::new("id", "no random id could be made; send one");
            let trace = trace.map_or_else(|| TraceId::from_slice(trace_bytes).map_err(zero), Ok)?;
            Ok((trace, SpanId::from_slice(span_bytes).map_err(zero)?))
        }
    }
}

fn id_digest(id: &str) -> BodyDigest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"ingest_api/llm\0").update(id.as_bytes());
    digest(&hasher)
}

fn set_times(span: &mut Span, fields: &mut Fields, start: Timestamp, latency_ms: Option<f64>, latency_nanos: i64) -> Result<(), RowError> {
    span.end_time = Some(start.saturating_add_nanos(latency_nanos));
    span.duration_ms = latency_ms;
    span.time_to_first_token_ms = fields.milliseconds("time_to_first_token_ms")?;
    if let (Some(first), Some(whole)) = (span.time_to_first_token_ms, latency_ms)
        && first > whole
    {
        span.note("time_to_first_token_exceeds_duration");
    }
    Ok(())
}

fn read_status(span: &mut Span, fields: &mut Fields) -> Result<(), RowError> {
    span.error_type = fields.label("error_type")?;
    span.error_message = fields.text("error_message")?;
    let failed = span.error_type.is_some() || span.error_message.is_some();
    span.status = match fields.text("status")?.as_deref() {
        None if failed => Status::Error,
        None | Some("success" | "ok") => Status::Ok,
        Some("error") => Status::Error,
        Some(_) => return Err(RowError::new("status", "expected \"success\" or \"error\"")),
    };
    Ok(())
}

fn read_usage(span: &mut Span, fields: &mut Fields) -> Result<(), RowError> {
    let reported = ReportedUsage {
        input: fields.tokens("input_tokens")?,
        output: fields.tokens("output_tokens")?,
        total: fields.tokens("total_tokens")?,
        cache_read: fields.tokens("cached_input_tokens")?,
        cache_write: fields.tokens("cache_creation_input_tokens")?,
        reasoning: fields.tokens("reasoning_tokens")?,
        ..ReportedUsage::default()
    };
    let cached = reported.cache_read.unwrap_or(0) + reported.cache_write.unwrap_or(0);
    if reported.input.is_some_and(|input| cached > input) {
        let field = if reported.cache_read.is_some() { "cached_input_tokens" } else { "cache_creation_input_tokens" };
        return Err(RowError::new(field, format!("expected at most input_tokens, which includes cached tokens; found {cached}")));
    }
    if let (Some(output), Some(reasoning)) = (reported.output, reported.reasoning)
        && reasoning > output
    {
        return Err(RowError::new(
            "reasoning_tokens",
            format!("expected at most output_tokens, which includes reasoning; found {reasoning}"),
        ));
    }
    let split = reported.split_inclusive();
    split.notes.iter().for_each(|note| span.note(note));
    span.usage = split.usage;
    Ok(())
}

/// `prompt` is text, or messages; `messages` is a list of chat messages.
fn read_prompt(fields: &mut Fields) -> Result<Option<Vec<Message>>, RowError> {
    let (name, value) = match (fields.take("messages"), fields.take("prompt")) {
        (Some(_), Some(_)) => return Err(RowError::new("prompt", "expected either prompt or messages, found both")),
        (Some(messages @ Value::Array(_)), None) => ("messages", messages),
        (Some(_), None) => return Err(RowError::new("messages", "expected a list of chat messages")),
        (None, Some(prompt @ (Value::String(_) | Value::Array(_) | Value::Object(_)))) => ("prompt", prompt),
        (None, Some(_)) => return Err(RowError::new("prompt", "expected a string or a list of chat messages")),
        (None, None) => return Ok(None),
    };
    if let Value::Array(items) = &value
        && let Some(position) = items.iter().position(|item| !item.is_object() && (name == "messages" || !item.is_string()))
    {
        return Err(RowError::new(format!("{name}[{position}]"), "expected a chat message: an object with role and content"));
    }
    Ok(Some(conversation_from_value(value, "user")))
}

/// Text; a message; a list of them; or a whole chat completion, whose choices are the messages.
fn read_response(span: &mut Span, response: Value) -> Vec<Message> {
    match response {
        Value::Object(mut fields) => match fields.remove("choices") {
            Some(Value::Array(choices)) => {
                let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
                span.response_id = text("id");
                span.response_model = text("model");
                let messages: Vec<Message> = choices.into_iter().map(choice).collect();
                span.finish_reasons = messages.iter().filter_map(|message| message.finish_reason.clone()).collect();
                messages
            }
            Some(other) => {
                fields.insert("choices".to_owned(), other);
                vec![response_object(fields)]
            }
            None => vec![response_object(fields)],
        },
        Value::String(text) => vec![text_message("assistant", text)],
        Value::Array(items) if items.iter().all(|item| item.get("role").is_some()) => {
            conversation_from_value(Value::Array(items), "assistant")
        }
        other => vec![other_message(other)],
    }
}

/// A message has content or calls; any other object is the application's own.
fn response_object(fields: Map<String, Value>) -> Message {
    let is_message = ["role", "content", "tool_calls", "parts"].iter().any(|name| fields.contains_key(*name));
    if !is_message {
        return other_message(Value::Object(fields));
    }
    conversation_from_value(Value::Array(vec![Value::Object(fields)]), "assistant").pop().unwrap_or_else(|| other_message(Value::Null))
}

fn other_message(value: Value) -> Message {
    Message { role: "assistant".to_owned(), parts: vec![Part::Other { value }], name: None, finish_reason: None }
}

fn choice(choice: Value) -> Message {
    let Value::Object(mut fields) = choice else { return other_message(choice) };
    let finish_reason = fields.get("finish_reason").and_then(Value::as_str).map(str::to_owned);
    let mut message = match (fields.remove("message"), fields.remove("text")) {
        (Some(Value::Object(message)), _) => message_from_chat(message, "assistant"),
        (_, Some(Value::String(text))) => text_message("assistant", text),
        _ => other_message(Value::Object(fields)),
    };
    message.finish_reason = message.finish_reason.or(finish_reason);
    message
}
