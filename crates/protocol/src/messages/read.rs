//! Text or JSON → messages. Whatever a client puts into a message attribute becomes messages: nothing is refused.

use super::{chat::message_from_chat, langchain, parts::WirePart, text_message};
use crate::json_bounds::is_too_deep;
use model::telemetry::{Message, Part};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The OpenTelemetry schema, read straight into parts. Anything else takes the way through [`Value`].
#[derive(Deserialize)]
struct WireMessage {
    role: String,
    parts: Vec<WirePart>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    finish_reason: Option<String>,
}

/// Reads the text of a message attribute. `role` is who speaks where the text does not say.
pub(crate) fn conversation(text: &str, role: &str) -> Vec<Message> {
    let messages = match serde_json::from_str::<Vec<WireMessage>>(text) {
        Ok(messages) => messages.into_iter().map(WireMessage::into_message).collect(),
        Err(_) => match serde_json::from_str::<Value>(text) {
            Ok(value @ (Value::Array(_) | Value::Object(_))) => conversation_from_value(value, role),
            _ => return vec![text_message(role, text.to_owned())],
        },
    };
    if can_be_kept(&messages) { messages } else { vec![text_message(role, text.to_owned())] }
}

/// Whether no value in the messages is nested too deep.
fn can_be_kept(messages: &[Message]) -> bool {
    messages.iter().flat_map(|message| &message.parts).all(|part| match part {
        Part::ToolCall { arguments: value, .. } | Part::ToolResult { result: value, .. } | Part::Other { value } => !is_too_deep(value),
        Part::Text { .. } | Part::Reasoning { .. } | Part::Refusal { .. } | Part::Media { .. } => true,
    })
}

impl WireMessage {
    fn into_message(self) -> Message {
        Message {
            role: self.role,
            parts: self.parts.into_iter().map(WirePart::into_part).collect(),
            name: self.name,
            finish_reason: self.finish_reason,
        }
    }
}

/// A list of messages, one message, `{"messages": […]}`, or plain text.
pub(crate) fn conversation_from_value(value: Value, role: &str) -> Vec<Message> {
    match value {
        Value::Array(items) => message_list(items, role),
        Value::Object(mut fields) => match fields.remove("messages") {
            Some(Value::Array(items)) => message_list(items, role),
            Some(other) => {
                fields.insert("messages".to_owned(), other);
                vec![message(Value::Object(fields), role)]
            }
            None => vec![message(Value::Object(fields), role)],
        },
        Value::Null => Vec::new(),
        scalar => vec![message(scalar, role)],
    }
}

/// LangChain puts the one conversation of a call into a list of conversations.
fn message_list(mut items: Vec<Value>, role: &str) -> Vec<Message> {
    if items.len() == 1
        && let Some(Value::Array(inner)) = items.first_mut()
        && inner.iter().all(Value::is_object)
    {
        items = std::mem::take(inner);
    }
    items.into_iter().map(|item| message(item, role)).collect()
}

fn message(value: Value, role: &str) -> Message {
    match value {
        Value::Object(fields) if matches!(fields.get("parts"), Some(Value::Array(_))) => message_with_parts(fields, role),
        Value::Object(fields) => message_from_chat(langchain::to_chat(fields).unwrap_or_else(|fields| fields), role),
        Value::String(text) => text_message(role, text),
        other => Message { role: role.to_owned(), parts: vec![Part::Other { value: other }], name: None, finish_reason: None },
    }
}

fn message_with_parts(mut fields: Map<String, Value>, role: &str) -> Message {
    let parts = match fields.remove("parts") {
        Some(Value::Array(items)) => items.into_iter().map(part_from_value).collect(),
        _ => Vec::new(),
    };
    let mut text = |name: &str| super::value::take_text(&mut fields, name);
    Message { role: text("role").unwrap_or_else(|| role.to_owned()), parts, name: text("name"), finish_reason: text("finish_reason") }
}

/// One part, of the schema or of a provider's API.
pub(crate) fn part_from_value(value: Value) -> Part {
    match value {
        Value::Object(fields) => WirePart::from_object(fields).into_part(),
        Value::String(text) => Part::Text { text },
        other => Part::Other { value: other },
    }
}

/// System instructions: a list of parts, as the schema says; or messages, or plain text.
pub(crate) fn instructions(text: &str) -> Vec<Message> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Array(_) | Value::Object(_))) if !is_too_deep(&value) => instructions_from_value(value),
        Ok(Value::String(inner)) => vec![text_message(SYSTEM, inner)],
        _ => vec![text_message(SYSTEM, text.to_owned())],
    }
}

pub(crate) fn instructions_from_value(value: Value) -> Vec<Message> {
    let is_message = |item: &Value| item.get("role").is_some() || item.get("parts").is_some();
    match value {
        Value::Array(items) if !items.iter().any(is_message) => {
            let parts: Vec<Part> = items.into_iter().map(part_from_value).collect();
            if parts.is_empty() { Vec::new() } else { vec![Message { role: SYSTEM.to_owned(), parts, name: None, finish_reason: None }] }
        }
        // Gemini's `systemInstruction` is one message of parts.
        other => conversation_from_value(other, SYSTEM),
    }
}

const SYSTEM: &str = "system";
