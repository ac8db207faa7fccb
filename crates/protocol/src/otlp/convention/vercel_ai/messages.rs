//! The messages of the AI SDK → canonical messages: parts in kebab case, calls and results by `toolCallId`, files by `mediaType`.

use crate::messages::{conversation_from_value, parse_or_text};
use model::telemetry::{Message, Part};
use serde_json::{Map, Value};

/// A list of messages.
pub(super) fn messages(value: Value) -> Vec<Message> {
    match value {
        Value::Array(items) => items.into_iter().flat_map(message).collect(),
        other => conversation_from_value(other, "user"),
    }
}

/// One message is one, unless it is written in another client's way.
fn message(value: Value) -> Vec<Message> {
    let is_ours = |fields: &Map<String, Value>| matches!(fields.get("content"), Some(Value::Array(_)));
    let Value::Object(mut fields) = value else { return conversation_from_value(Value::Array(vec![value]), "user") };
    if !is_ours(&fields) {
        return conversation_from_value(Value::Array(vec![Value::Object(fields)]), "user");
    }
    let role = match fields.remove("role") {
        Some(Value::String(role)) => role,
        _ => "user".to_owned(),
    };
    let mut parts: Vec<Part> = match fields.remove("content") {
        Some(Value::Array(items)) => items.into_iter().map(part).collect(),
        _ => Vec::new(),
    };
    fields.retain(|_, value| !value.is_null());
    if !fields.is_empty() {
        parts.push(Part::Other { value: Value::Object(fields) });
    }
    vec![Message { role, parts, name: None, finish_reason: None }]
}

fn part(value: Value) -> Part {
    let Value::Object(fields) = value else { return Part::Other { value } };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let known = match fields.get("type").and_then(Value::as_str).unwrap_or_default() {
        "text" => text("text").map(|text| Part::Text { text }),
        "reasoning" => text("text").map(|text| Part::Reasoning { text }),
        "tool-call" => tool_call(&fields),
        "tool-result" => {
            let result = fields.get("output").map(output).or_else(|| fields.get("result").cloned());
            result.map(|result| Part::ToolResult { id: text("toolCallId"), result })
        }
        "image" => media(&fields, "image", "image"),
        "file" => media(&fields, "data", "file"),
        _ => None,
    };
    known.unwrap_or(Part::Other { value: Value::Object(fields) })
}

/// `{toolCallId, toolName, input}`: the input as text in what the model said, parsed in what it is told.
pub(super) fn tool_call(fields: &Map<String, Value>) -> Option<Part> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let arguments = match fields.get("input").or_else(|| fields.get("args")) {
        Some(Value::String(text)) => parse_or_text(text),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    Some(Part::ToolCall { id: text("toolCallId"), name: text("toolName")?, arguments })
}

/// `{type: "text" | "json" | "error-text" | …, value}`: the value, where that is all there is to it.
fn output(value: &Value) -> Value {
    match (value.get("type").and_then(Value::as_str), value.get("value")) {
        (Some("text" | "json" | "content"), Some(inner)) => inner.clone(),
        _ => value.clone(),
    }
}

/// An image or file: an address, or data as base64.
fn media(fields: &Map<String, Value>, name: &str, default: &str) -> Option<Part> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let mime_type = text("mediaType").or_else(|| text("mimeType"));
    let data = text(name).or_else(|| fields.get(name)?.get("url")?.as_str()).or_else(|| fields.get(name)?.get("data")?.as_str())?;
    let is_address = data.contains("://") || data.starts_with("data:");
    let uri = if is_address { data.to_owned() } else { format!("data:{};base64,{data}", mime_type.unwrap_or("application/octet-stream")) };
    let class = mime_type.and_then(|mime| mime.split('/').next()).filter(|class| ["image", "audio", "video"].contains(class));
    Some(Part::Media { media: class.unwrap_or(default).to_owned(), mime_type: mime_type.map(str::to_owned), uri })
}
