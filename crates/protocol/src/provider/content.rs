//! Readings that requests and answers share.

use super::fields::Object;
use crate::messages::{conversation_from_value, text_message};
use model::telemetry::{Message, Part};
use serde_json::Value;

pub(super) fn message_of(role: &str, parts: Vec<Part>) -> Message {
    Message { role: role.to_owned(), parts, name: None, finish_reason: None }
}

/// Gemini's contents: text, one content of parts, or a list of either. It calls the assistant `model`.
pub(crate) fn gemini_contents(value: Value, role: &str) -> Vec<Message> {
    let is_part = |item: &Value| item.is_object() && item.get("parts").is_none() && item.get("role").is_none();
    let value = match value {
        // A list of parts is one content.
        Value::Array(parts) if !parts.is_empty() && parts.iter().all(is_part) => {
            Value::Object(Object::from_iter([("parts".to_owned(), Value::Array(parts))]))
        }
        other => other,
    };
    let mut messages = conversation_from_value(value, role);
    for message in &mut messages {
        match message.role.as_str() {
            "model" => message.role = "assistant".to_owned(),
            "function" => message.role = "tool".to_owned(),
            _ => {}
        }
    }
    messages
}

/// What embeddings are made of: text, a list of texts, or tokens.
pub(super) fn embedded(value: Value) -> Vec<Message> {
    match value {
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.into_iter().filter_map(|item| item.as_str().map(|text| text_message("user", text.to_owned()))).collect()
        }
        Value::String(text) => vec![text_message("user", text)],
        Value::Null => Vec::new(),
        other => vec![message_of("user", vec![Part::Other { value: other }])],
    }
}
