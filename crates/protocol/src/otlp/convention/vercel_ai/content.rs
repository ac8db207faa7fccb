//! What was said: prompts, answers, tool calls and their results, texts that were embedded.

use super::{
    super::{
        Draft,
        payload::{said, take_value},
    },
    messages::{messages, tool_call},
};
use crate::{
    json_bounds::is_too_deep,
    messages::{parse_or_text, regenerate, text_message},
    otlp::attributes::AttributeSet,
};
use model::telemetry::{Attributes, Message, Part, Span, SpanKind};
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if span.kind == SpanKind::Tool {
        return read_tool_call(span, attributes);
    }
    read_prompt(span, attributes);
    read_answer(span, attributes);
    read_embedded(span, attributes);
    if span.payload.tools.is_none()
        && let Some(tools) = attributes.take_json("ai.prompt.tools")
    {
        span.payload.tools = Some(each_parsed(tools));
    }
    if let Some(choice) = take_value(attributes, "ai.prompt.toolChoice", &mut span.payload.originals) {
        span.payload.model_parameters.insert("tool_choice".to_owned(), choice);
    }
}

/// The model is given `ai.prompt.messages`; the application gave `ai.prompt`: `{system, prompt}` or `{system, messages}`.
fn read_prompt(span: &mut Span, attributes: &mut AttributeSet) {
    if span.payload.input.is_none()
        && let Some((text, value)) = take_json_text(attributes, "ai.prompt.messages")
    {
        let input = messages(value);
        keep_original(&mut span.payload.originals, "ai.prompt.messages", &input, &text);
        span.payload.input = Some(input);
    }
    if span.payload.input.is_some() {
        return;
    }
    let Some((text, mut value)) = take_json_text(attributes, "ai.prompt") else { return };
    let mut take = |name: &str| value.get_mut(name).map(Value::take).filter(|value| !value.is_null());
    let (system, prompt, list) = (take("system"), take("prompt"), take("messages"));
    if let Some(system) = system
        && span.payload.system.is_none()
    {
        span.payload.system = Some(match system {
            Value::String(text) => vec![text_message("system", text)],
            other => messages(other),
        });
    }
    let input = match (list, prompt) {
        (Some(list), _) => messages(list),
        (None, Some(Value::String(text))) => vec![text_message("user", text)],
        (None, Some(other)) => messages(other),
        (None, None) => messages(value),
    };
    span.payload.originals.insert("ai.prompt".to_owned(), Value::String(text));
    span.payload.input = Some(input);
}

/// One message: what was thought, said, called, and the object that was asked for.
fn read_answer(span: &mut Span, attributes: &mut AttributeSet) {
    if span.payload.output.is_some() {
        return;
    }
    let mut parts = Vec::new();
    parts.extend(attributes.take_text("ai.response.reasoning").map(|text| Part::Reasoning { text }));
    parts.extend(attributes.take_text("ai.response.text").map(|text| Part::Text { text }));
    parts.extend(attributes.take_text("ai.response.object").map(|text| Part::Text { text }));
    if let Some((text, calls)) = take_json_text(attributes, "ai.response.toolCalls") {
        let calls = match calls {
            Value::Array(calls) => calls,
            other => vec![other],
        };
        let call = |call: Value| call.as_object().and_then(tool_call).unwrap_or(Part::Other { value: call });
        parts.extend(calls.into_iter().map(call));
        span.payload.originals.insert("ai.response.toolCalls".to_owned(), Value::String(text));
    }
    if !parts.is_empty() {
        let finish_reason = span.finish_reasons.first().cloned();
        span.payload.output = Some(vec![Message { role: "assistant".to_owned(), parts, name: None, finish_reason }]);
    }
}

/// Both are JSON in text, a text too. Version 7 has OpenTelemetry's names for them.
fn read_tool_call(span: &mut Span, attributes: &mut AttributeSet) {
    let id = attributes.take_first_text(&["ai.toolCall.id", "gen_ai.tool.call.id"]);
    let mut take = |names: [&str; 2], originals: &mut Attributes| {
        let name = names.into_iter().find(|name| attributes.contains(name))?;
        let (text, value) = take_json_text(attributes, name)?;
        originals.insert(name.to_owned(), regenerate::original_of_value(&value, &text));
        Some(value)
    };
    let originals = &mut span.payload.originals;
    let arguments = take(["ai.toolCall.args", "gen_ai.tool.call.arguments"], originals);
    let result = take(["ai.toolCall.result", "gen_ai.tool.call.result"], originals);
    if arguments.is_none() && result.is_none() {
        span.payload.attributes.extend(id.map(|id| ("gen_ai.tool.call.id".to_owned(), Value::String(id))));
        return;
    }
    let name = span.tool.clone().unwrap_or_default();
    if span.payload.input.is_none() {
        span.payload.input = arguments.and_then(|arguments| said("assistant", Part::ToolCall { id: id.clone(), name, arguments }));
    }
    if span.payload.output.is_none() {
        span.payload.output = result.and_then(|result| said("tool", Part::ToolResult { id, result }));
    }
}

/// Texts are kept; of vectors, which say nothing to a reader, their number and length.
fn read_embedded(span: &mut Span, attributes: &mut AttributeSet) {
    let texts = match attributes.take_json("ai.values") {
        Some(values) => Some(each_parsed(values)),
        None => take_json_text(attributes, "ai.value").map(|(_, value)| Value::Array(vec![value])),
    };
    if let Some(Value::Array(texts)) = texts
        && span.payload.input.is_none()
    {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        span.payload.input = Some(texts.into_iter().map(|value| text_message("user", text(value))).collect());
    }
    let vectors = match attributes.take_json("ai.embeddings") {
        Some(vectors) => Some(each_parsed(vectors)),
        None => take_json_text(attributes, "ai.embedding").map(|(_, vector)| Value::Array(vec![vector])),
    };
    if let Some(Value::Array(vectors)) = vectors {
        let dimensions = vectors.first().and_then(Value::as_array).map(Vec::len);
        span.payload.attributes.insert("embedding.count".to_owned(), vectors.len().into());
        span.payload.attributes.extend(dimensions.map(|dimensions| ("embedding.dimensions".to_owned(), dimensions.into())));
    }
}

/// Takes JSON text, with the text. What is not JSON, or nested too deep, is text.
fn take_json_text(attributes: &mut AttributeSet, name: &str) -> Option<(String, Value)> {
    let text = attributes.take_text(name)?;
    let value = serde_json::from_str(&text).ok().filter(|value| !is_too_deep(value));
    Some((text.clone(), value.unwrap_or(Value::String(text))))
}

/// A list whose items are JSON in text.
fn each_parsed(value: Value) -> Value {
    let parsed = |item: Value| match item {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::String(inner)) => Value::String(inner),
            _ => parse_or_text(&text),
        },
        other => other,
    };
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(parsed).collect()),
        other => parsed(other),
    }
}

fn keep_original(originals: &mut Attributes, name: &str, messages: &[Message], text: &str) {
    originals.insert(name.to_owned(), regenerate::original_of_messages(messages, text));
}
