//! One `StandardLoggingPayload` → a span.

use super::{CONVENTION, is_empty, kind_of_call};
use crate::{
    IngestContext, RowError,
    ids::{native_span_id, native_trace_id, uuid_bytes},
    json_bounds::is_too_deep,
    messages::conversation_from_value,
    numbers::{timestamp, usd},
    provider,
    provider_name::provider_name,
    rules::check_time,
};
use model::{
    Money, Timestamp,
    telemetry::{Span, SpanKind, Status},
};
use serde_json::{Map, Value};

type Fields = Map<String, Value>;

pub(super) fn span(item: Value, context: &IngestContext) -> Result<Span, RowError> {
    let Value::Object(mut fields) = item else { return Err(RowError::new("body", "expected an object for each call")) };
    if let Some((name, _)) = fields.iter().find(|(_, value)| is_too_deep(value)) {
        return Err(RowError::new(name.clone(), "is nested too deep"));
    }
    let id = ["litellm_call_id", "id"].iter().find_map(|name| text(&fields, name));
    let id = id.ok_or_else(|| RowError::new("litellm_call_id", "expected the id of the call"))?;
    let start = time(&mut fields, "startTime").ok_or_else(|| RowError::new("startTime", "expected a Unix time in seconds"))?;
    check_time("startTime", start, context)?;

    let trace = take_text(&mut fields, "trace_id");
    let trace_id = native_trace_id(CONVENTION, trace.as_deref().unwrap_or(&id));
    let call_type = take_text(&mut fields, "call_type");
    let mut span = Span::new(trace_id, native_span_id(CONVENTION, &id), call_type.clone().unwrap_or_else(|| "call".to_owned()), start);
    span.source.convention = CONVENTION.to_owned();
    span.ingest_time = context.received_at;
    span.kind = call_type.as_deref().map_or(SpanKind::Other, kind_of_call);
    span.operation = call_type;
    // Applications give the id of their session for that of a trace.
    span.session_id = take_text(&mut fields, "session_id").or_else(|| trace.filter(|trace| uuid_bytes(trace).is_none()));
    span.native_id = Some(id);
    fields.remove("litellm_call_id");
    if let Some(end) = time(&mut fields, "endTime") {
        span.end_at(end);
    }
    read_identity(&mut span, &mut fields);
    read_metadata(&mut span, &mut fields);
    read_outcome(&mut span, &mut fields);
    read_content(&mut span, &mut fields);
    read_timing(&mut span, &mut fields);
    keep_rest(&mut span, fields);
    Ok(span)
}

fn read_identity(span: &mut Span, fields: &mut Fields) {
    span.provider = take_text(fields, "custom_llm_provider").map(|name| provider_name(&name));
    span.request_model = take_text(fields, "model");
    span.user_id = take_text(fields, "end_user");
    if let Some(Value::Array(tags)) = fields.remove("request_tags") {
        span.tags = tags.into_iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    }
    if let Some(Value::Object(mut parameters)) = fields.remove("model_parameters") {
        parameters.retain(|_, value| !value.is_null());
        span.user_id = span.user_id.take().or_else(|| text(&parameters, "user"));
        span.payload.tools = parameters.remove("tools");
        span.payload.model_parameters.extend(parameters);
    }
}

/// Whose key was used, and what the application gave along.
fn read_metadata(span: &mut Span, fields: &mut Fields) {
    let Some(Value::Object(metadata)) = fields.remove("metadata") else { return };
    span.payload.metadata.extend(metadata.into_iter().filter(|(_, value)| !is_empty(value)));
    let metadata = &mut span.payload.metadata;
    let said = |name: &str| metadata.get(name).and_then(Value::as_str).map(str::to_owned);
    span.user_id = span.user_id.take().or_else(|| said("user_api_key_end_user_id")).or_else(|| said("user_api_key_user_id"));
}

fn read_outcome(span: &mut Span, fields: &mut Fields) {
    span.status = match take_text(fields, "status").as_deref() {
        Some("success") => Status::Ok,
        Some("failure") => Status::Error,
        _ => Status::Unset,
    };
    let cost = fields.remove("response_cost").as_ref().and_then(usd);
    span.cost.reported_usd = cost.filter(|amount| span.status != Status::Error || *amount != Money::ZERO);
    let told = take_text(fields, "error_str");
    if let Some(Value::Object(mut error)) = fields.remove("error_information") {
        span.error_type = take_text(&mut error, "error_class");
        span.error_message = take_text(&mut error, "error_message");
        error.retain(|_, value| !is_empty(value));
        if !error.is_empty() {
            span.payload.attributes.insert("error_information".to_owned(), Value::Object(error));
        }
    }
    span.error_message = told.or_else(|| span.error_message.take());
    if fields.remove("cache_hit") == Some(Value::Bool(true)) {
        // Answered from LiteLLM's own cache: nothing was bought.
        span.billed = false;
        span.note("served_from_gateway_cache");
    }
}

fn read_content(span: &mut Span, fields: &mut Fields) {
    if let Some(messages) = fields.remove("messages").filter(|messages| !is_empty(messages)) {
        span.payload.input = Some(conversation_from_value(messages, "user")).filter(|messages| !messages.is_empty());
    }
    let usage_object = span.payload.metadata.remove("usage_object");
    if let Some(response) = fields.remove("response").filter(|response| !is_empty(response)) {
        match response {
            Value::String(text) => span.payload.output = Some(vec![model::telemetry::Message::text("assistant", text)]),
            mut response => match provider::response(tidied(&mut response)) {
                Some(response) => response.fill(span),
                None => drop(span.payload.attributes.insert("response".to_owned(), response)),
            },
        }
    }
    let counts = ["prompt_tokens", "completion_tokens", "total_tokens"].into_iter();
    let counts: Fields = counts.filter_map(|name| Some((name.to_owned(), fields.remove(name)?))).collect();
    // A failed call counts nothing, which is written as zeros.
    if span.status != Status::Error
        && let Some(usage) = usage_object.as_ref().and_then(provider::usage).or_else(|| provider::usage(&Value::Object(counts)))
    {
        usage.fill(span);
    }
}

/// LiteLLM adds fields of its own to each message, mostly without anything in them.
fn tidied(response: &mut Value) -> Value {
    let choices = response.get_mut("choices").and_then(Value::as_array_mut).into_iter().flatten();
    for message in choices.filter_map(|choice| choice.get_mut("message")?.as_object_mut()) {
        if let Some(own) = message.get_mut("provider_specific_fields") {
            drop_empty(own);
        }
        message.retain(|name, value| name != "provider_specific_fields" || !is_empty(value));
    }
    response.clone()
}

/// Without a stream the first token is told to have come with the last.
fn read_timing(span: &mut Span, fields: &mut Fields) {
    let first = time(fields, "completionStartTime");
    fields.remove("response_time");
    if fields.remove("stream") == Some(Value::Bool(true)) {
        span.payload.model_parameters.entry("stream".to_owned()).or_insert(Value::Bool(true));
        let nanos = first.map(|first| first.as_nanos().saturating_sub(span.start_time.as_nanos()));
        span.time_to_first_token_ms = nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
    }
}

fn keep_rest(span: &mut Span, mut fields: Fields) {
    // The id of the answer is known from the answer; that of an unanswered call is LiteLLM's own.
    fields.remove("id");
    // LiteLLM's price list is no telemetry: all it says of the call is which of its rows was used.
    if let Some(Value::Object(mut map)) = fields.remove("model_map_information") {
        span.payload
            .attributes
            .extend(map.remove("model_map_key").filter(|key| !is_empty(key)).map(|key| ("model_map_key".to_owned(), key)));
    }
    for (name, mut value) in fields {
        drop_empty(&mut value);
        if !is_empty(&value) {
            span.payload.attributes.entry(name).or_insert(value);
        }
    }
}

/// Depth is bounded: see [`span`].
fn drop_empty(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.values_mut().for_each(drop_empty);
        fields.retain(|_, value| !is_empty(value));
    }
}

fn time(fields: &mut Fields, name: &str) -> Option<Timestamp> {
    timestamp(&fields.remove(name)?)
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn take_text(fields: &mut Fields, name: &str) -> Option<String> {
    match fields.remove(name)? {
        Value::String(text) => (!text.is_empty()).then_some(text),
        _ => None,
    }
}
