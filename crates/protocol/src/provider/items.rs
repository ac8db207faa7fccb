//! Items of OpenAI's Responses API, in requests and answers alike → messages.

use super::{content::message_of, fields::Object};
use crate::messages::{message_from_chat, parse_or_text};
use model::telemetry::{Message, Part};
use serde_json::{Value, json};

/// Reads items in order. What the assistant did in a row is one message.
pub(super) fn messages(items: Vec<Value>, role: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for item in items {
        let next = match item {
            Value::Object(fields) => message(fields, role),
            Value::String(text) => Message::text(role, text),
            other => message_of(role, vec![Part::Other { value: other }]),
        };
        match messages.last_mut() {
            Some(last) if last.role == ASSISTANT && next.role == ASSISTANT => last.parts.extend(next.parts),
            _ => messages.push(next),
        }
    }
    messages
}

const ASSISTANT: &str = "assistant";

fn message(mut item: Object, role: &str) -> Message {
    let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    match item.get("type").and_then(Value::as_str).unwrap_or("message") {
        "message" => {
            for name in ["type", "id", "status"] {
                item.remove(name);
            }
            let annotations = annotations(&item);
            let mut message = message_from_chat(item, role);
            message.parts.extend(annotations.map(|value| Part::Other { value }));
            message
        }
        "function_call" | "custom_tool_call" => match text("name") {
            Some(name) => {
                let given = item.get("arguments").or_else(|| item.get("input")).cloned().unwrap_or_default();
                message_of(ASSISTANT, vec![Part::ToolCall { id: text("call_id").or_else(|| text("id")), name, arguments: parsed(given) }])
            }
            None => other(item),
        },
        "function_call_output" | "custom_tool_call_output" => {
            let result = item.get("output").cloned().unwrap_or_default();
            message_of("tool", vec![Part::ToolResult { id: text("call_id"), result }])
        }
        "mcp_call" => match text("name") {
            Some(name) => {
                let id = text("id");
                let mut parts =
                    vec![Part::ToolCall { id: id.clone(), name, arguments: parsed(item.remove("arguments").unwrap_or_default()) }];
                let result = ["output", "error"].iter().find_map(|name| item.remove(*name).filter(|value| !value.is_null()));
                parts.extend(result.map(|result| Part::ToolResult { id, result }));
                message_of(ASSISTANT, parts)
            }
            None => other(item),
        },
        "reasoning" => reasoning(item),
        _ => other(item),
    }
}

fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => parse_or_text(&text),
        value => value,
    }
}

/// The summary, and the thoughts themselves where the model shows them; an item with neither is kept as it is.
fn reasoning(item: Object) -> Message {
    let texts = |name: &str| {
        let entries = item.get(name).and_then(Value::as_array).into_iter().flatten();
        entries
            .filter_map(|entry| entry.get("text").and_then(Value::as_str))
            .map(|text| Part::Reasoning { text: text.to_owned() })
            .collect::<Vec<_>>()
    };
    let parts: Vec<Part> = [texts("summary"), texts("content")].concat();
    if parts.is_empty() { other(item) } else { message_of(ASSISTANT, parts) }
}

/// Calls of the provider's own tools, and what is new.
fn other(item: Object) -> Message {
    message_of(ASSISTANT, vec![Part::Other { value: Value::Object(item) }])
}

/// What the texts of a message cite.
fn annotations(item: &Object) -> Option<Value> {
    let content = item.get("content")?.as_array()?;
    let cited: Vec<Value> = content.iter().filter_map(|part| part.get("annotations")?.as_array()).flatten().cloned().collect();
    (!cited.is_empty()).then(|| json!({"type": "annotations", "annotations": cited}))
}
