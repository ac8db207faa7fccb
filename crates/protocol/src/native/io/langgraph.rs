//! What LangGraph's nodes hand on: commands that update the state, and tool calls that are to be made.

use crate::messages::{conversation_from_value, parse_or_text};
use model::telemetry::{Message, Part};
use serde_json::{Value, json};

/// The messages in a list of commands, or the one message of a list of tool calls.
pub(in super::super) fn messages(items: &[Value]) -> Option<Vec<Message>> {
    if items.is_empty() {
        return None;
    }
    let calls: Option<Vec<Part>> = items.iter().map(tool_call).collect();
    if let Some(parts) = calls {
        return Some(vec![Message { role: "assistant".to_owned(), parts, name: None, finish_reason: None }]);
    }
    let updates: Option<Vec<&Value>> = items.iter().map(update_messages).collect();
    Some(updates?.into_iter().flat_map(|messages| conversation_from_value(messages.clone(), "assistant")).collect())
}

/// `{"name", "args", "id", "type": "tool_call"}`.
fn tool_call(item: &Value) -> Option<Part> {
    if item.get("type") != Some(&json!("tool_call")) {
        return None;
    }
    let arguments = match item.get("args")? {
        Value::String(text) => parse_or_text(text),
        arguments => arguments.clone(),
    };
    let id = item.get("id").and_then(Value::as_str).map(str::to_owned);
    Some(Part::ToolCall { id, name: item.get("name")?.as_str()?.to_owned(), arguments })
}

/// `{"graph", "update": {"messages": […]}, "resume", "goto"}`, which updates nothing else.
fn update_messages(item: &Value) -> Option<&Value> {
    let update = item.get("update")?.as_object().filter(|update| update.len() == 1)?;
    update.get("messages").filter(|messages| messages.as_array().is_some_and(|items| items.iter().all(super::is_message)))
}
