//! A span: by its type a call of a model, of a tool, an agent, and so on.

use super::{CONVENTION, begin, error, media::sound, required};
use crate::{
    IngestContext, RowError, check_time,
    ids::native_span_id,
    messages::{conversation_from_value, parse_or_text, text_message},
    native::json::{take_object, take_text},
    numbers::token_count,
    provider,
    usage::ReportedUsage,
};
use model::{
    Timestamp,
    telemetry::{Message, Part, Span, SpanKind},
};
use serde_json::{Map, Value};

type Fields = Map<String, Value>;

pub(super) fn read(mut fields: Fields, context: &IngestContext) -> Result<Span, RowError> {
    let id = required(&mut fields, "id")?;
    let trace = required(&mut fields, "trace_id")?;
    let start = time(&mut fields, "started_at")?.ok_or_else(|| RowError::new("started_at", "expected a time"))?;
    check_time("started_at", start, context)?;
    let end = time(&mut fields, "ended_at")?;
    let mut span = begin(&trace, id, start, context);
    let parent = take_text(&mut fields, "parent_id");
    span.parent_span_id = Some(native_span_id(CONVENTION, parent.as_deref().unwrap_or(&trace)));
    span.payload.attributes.insert("native_trace_id".to_owned(), Value::String(trace));
    if let Some(end) = end {
        span.end_at(end);
    }
    error::read(&mut span, fields.remove("error"));
    let mut data = take_object(&mut fields, "span_data").unwrap_or_default();
    read_data(&mut span, &mut data);
    if let Some(metadata) = take_object(&mut fields, "metadata") {
        span.payload.metadata.extend(metadata);
    }
    for (name, value) in data.into_iter().chain(fields).filter(|(_, value)| !value.is_null()) {
        span.payload.attributes.entry(name).or_insert(value);
    }
    Ok(span)
}

fn time(fields: &mut Fields, name: &str) -> Result<Option<Timestamp>, RowError> {
    match take_text(fields, name) {
        Some(text) => text.parse().map(Some).map_err(|_| RowError::new(name, "expected a time")),
        None => Ok(None),
    }
}

fn read_data(span: &mut Span, data: &mut Fields) {
    let kind = take_text(data, "type").unwrap_or_default();
    let name = take_text(data, "name");
    span.name = name.clone().unwrap_or_else(|| kind.clone());
    match kind.as_str() {
        "generation" => read_generation(span, data),
        "response" => read_response(span, data),
        "function" => read_function(span, data),
        "agent" => {
            span.kind = SpanKind::Agent;
            span.agent = name;
        }
        "guardrail" => span.kind = SpanKind::Guardrail,
        "handoff" => {
            span.kind = SpanKind::Chain;
            let agent = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or("?");
            span.name = format!("handoff from {} to {}", agent("from_agent"), agent("to_agent"));
        }
        "mcp_tools" => {
            span.kind = SpanKind::Chain;
            if let Some(result) = data.remove("result") {
                span.payload.output = Some(vec![said("tool", Part::ToolResult { id: None, result })]);
            }
        }
        "transcription" => read_transcription(span, data),
        "speech" => read_speech(span, data),
        "speech_group" => {
            span.kind = SpanKind::Chain;
            span.payload.input = take_text(data, "input").map(|text| vec![text_message("user", text)]);
        }
        _ => read_custom(span, data),
    }
    span.operation = Some(kind).filter(|kind| !kind.is_empty());
}

fn said(role: &str, part: Part) -> Message {
    Message { role: role.to_owned(), parts: vec![part], name: None, finish_reason: None }
}

/// A call of chat completions, or of a model of another maker in their manner.
fn read_generation(span: &mut Span, data: &mut Fields) {
    span.kind = SpanKind::Llm;
    read_model(span, data);
    let mut messages =
        |name: &str, role: &str| data.remove(name).filter(|value| !value.is_null()).map(|value| conversation_from_value(value, role));
    span.payload.input = messages("input", "user");
    span.payload.output = messages("output", "assistant");
    read_usage(span, data);
}

/// A call of the responses API. Neither the model nor what was said is told: both stay unknown.
fn read_response(span: &mut Span, data: &mut Fields) {
    span.kind = SpanKind::Llm;
    span.response_id = take_text(data, "response_id");
    read_usage(span, data);
}

fn read_model(span: &mut Span, data: &mut Fields) {
    span.request_model = take_text(data, "model");
    if let Some(config) = take_object(data, "model_config") {
        span.payload.model_parameters.extend(config.into_iter().filter(|(_, value)| !value.is_null()));
    }
}

fn read_usage(span: &mut Span, data: &mut Fields) {
    if let Some(usage) = data.get("usage").and_then(provider::usage) {
        data.remove("usage");
        usage.fill(span);
    }
}

/// The arguments are JSON as the model wrote them, the result is text.
fn read_function(span: &mut Span, data: &mut Fields) {
    span.kind = SpanKind::Tool;
    span.tool = Some(span.name.clone());
    let arguments = match data.remove("input") {
        Some(Value::String(text)) => Some(parse_or_text(&text)),
        other => other.filter(|value| !value.is_null()),
    };
    let name = span.name.clone();
    span.payload.input = arguments.map(|arguments| vec![said("assistant", Part::ToolCall { id: None, name, arguments })]);
    let result = data.remove("output").filter(|value| !value.is_null());
    span.payload.output = result.map(|result| vec![said("tool", Part::ToolResult { id: None, result })]);
}

/// Of the SDK itself, `task` and `turn` add up what the calls inside them used; anything else is the application's.
fn read_custom(span: &mut Span, data: &mut Fields) {
    let Some(mut inner) = take_object(data, "data") else { return };
    match take_text(&mut inner, "sdk_span_type").as_deref() {
        Some("task") => {
            span.kind = SpanKind::Workflow;
            span.name = take_text(&mut inner, "name").unwrap_or_else(|| span.name.clone());
        }
        Some("turn") => {
            span.kind = SpanKind::Chain;
            span.agent = take_text(&mut inner, "agent_name");
            if let Some(turn) = inner.get("turn").and_then(Value::as_u64) {
                span.name = format!("turn {turn}");
            }
        }
        Some(other) => drop(inner.insert("sdk_span_type".to_owned(), other.into())),
        None => {}
    }
    if span.kind != SpanKind::Other
        && let Some(usage) = take_object(&mut inner, "usage")
    {
        read_aggregate(span, &usage);
    }
    span.payload.metadata.extend(inner);
}

fn read_aggregate(span: &mut Span, usage: &Fields) {
    let count = |name: &str| usage.get(name).and_then(token_count);
    let reported = ReportedUsage {
        input: count("input_tokens"),
        output: count("output_tokens"),
        total: count("total_tokens"),
        cache_read: count("cached_input_tokens"),
        cache_write: count("cache_write_input_tokens"),
        ..ReportedUsage::default()
    };
    let split = reported.split_inclusive();
    span.usage = split.usage;
    split.notes.iter().for_each(|note| span.note(note));
    span.payload.attributes.extend(usage.get("requests").map(|requests| ("requests".to_owned(), requests.clone())));
}

fn read_transcription(span: &mut Span, data: &mut Fields) {
    span.kind = SpanKind::Llm;
    read_model(span, data);
    span.payload.input = data.remove("input").as_ref().and_then(sound).map(|sound| vec![said("user", sound)]);
    span.payload.output = take_text(data, "output").map(|text| vec![text_message("assistant", text)]);
}

fn read_speech(span: &mut Span, data: &mut Fields) {
    span.kind = SpanKind::Llm;
    read_model(span, data);
    span.payload.input = take_text(data, "input").map(|text| vec![text_message("user", text)]);
    span.payload.output = data.remove("output").as_ref().and_then(sound).map(|sound| vec![said("assistant", sound)]);
    if let Some(Ok(first)) = take_text(data, "first_content_at").map(|text| text.parse::<Timestamp>()) {
        let nanos = first.as_nanos().saturating_sub(span.start_time.as_nanos());
        span.time_to_first_token_ms = (nanos >= 0).then_some(nanos as f64 / 1e6);
    }
}
