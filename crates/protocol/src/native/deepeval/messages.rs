//! What went into a span and came out of it → canonical messages. Of a function DeepEval sends the arguments by name, of a model call
//! messages in its own spelling.

use crate::{
    messages::{conversation_from_value, text_message},
    native::io::langgraph_messages,
};
use model::telemetry::{Message, Part};
use serde_json::{Map, Value};

/// A payload, and its original where the messages do not say all of it.
pub(crate) struct Read {
    pub(crate) messages: Vec<Message>,
    pub(crate) original: Option<Value>,
}

/// Reads an input or an output that `role` speaks. `None`: there was nothing (a function without arguments).
pub(crate) fn read(value: Value, role: &str) -> Option<Read> {
    match value {
        Value::Null => None,
        Value::Object(fields) if fields.is_empty() => None,
        Value::Object(fields) if is_message(&fields) => Some(whole(vec![Value::Object(fields)], role)),
        Value::Object(fields) => Some(of_arguments(fields, role)),
        Value::Array(items) if is_conversation(&items) => Some(whole(items, role)),
        Value::Array(items) => Some(of_list(items, role)),
        Value::String(text) => Some(Read { messages: vec![text_message(role, text)], original: None }),
        other => Some(Read { messages: vec![single(role, Part::Other { value: other })], original: None }),
    }
}

/// The arguments of a function. A single one speaks for itself: the question of `ask(question=…)`, the list of `chat(messages=…)`.
fn of_arguments(fields: Map<String, Value>, role: &str) -> Read {
    let mut told = fields.iter().filter(|(name, _)| *name != "self");
    let said = match (told.next(), told.next()) {
        (Some((_, Value::String(text))), None) => Some(vec![text_message(role, text.clone())]),
        (Some((_, Value::Array(items))), None) if is_conversation(items) => Some(conversation(items.clone(), role)),
        _ => match fields.get("messages") {
            Some(Value::Array(items)) if is_conversation(items) => Some(conversation(items.clone(), role)),
            _ => None,
        },
    };
    match said {
        Some(messages) => Read { messages, original: Some(Value::Object(fields)) },
        None => Read { messages: vec![single(role, Part::Other { value: Value::Object(fields) })], original: None },
    }
}

/// What LangGraph's nodes hand on holds messages; any other list stays what it is.
fn of_list(items: Vec<Value>, role: &str) -> Read {
    match langgraph_messages(&items) {
        Some(messages) => Read { messages, original: Some(Value::Array(items)) },
        None => Read { messages: vec![single(role, Part::Other { value: Value::Array(items) })], original: None },
    }
}

fn whole(items: Vec<Value>, role: &str) -> Read {
    Read { messages: conversation(items, role), original: None }
}

fn is_conversation(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.as_object().is_some_and(is_message))
}

fn is_message(fields: &Map<String, Value>) -> bool {
    let is_text = |name: &str| fields.get(name).is_some_and(Value::is_string);
    let is_langchain = is_text("type") && fields.contains_key("content") && fields.contains_key("response_metadata");
    is_text("role") || is_langchain || call_of(fields).is_some() || result_of(fields).is_some()
}

fn conversation(items: Vec<Value>, role: &str) -> Vec<Message> {
    items.into_iter().flat_map(|item| message(item, role)).collect()
}

fn message(item: Value, role: &str) -> Vec<Message> {
    if let Value::Object(fields) = &item
        && !fields.contains_key("role")
    {
        let call = call_of(fields).map(|part| single("assistant", part));
        let result = result_of(fields).map(|part| single("tool", part));
        if call.is_some() || result.is_some() {
            return call.into_iter().chain(result).collect();
        }
    }
    let mut messages = conversation_from_value(Value::Array(vec![item]), role);
    for message in &mut messages {
        message.role = canonical_role(&message.role).to_owned();
        // Beside a call, an empty text is nobody's word.
        if message.parts.len() > 1 {
            message.parts.retain(|part| !matches!(part, Part::Text { text } if text.is_empty()));
        }
    }
    messages
}

/// A call, as DeepEval writes those of the OpenAI APIs (`{type: "function", name, arguments, call_id}`) and its own
/// (`{type: "FUNCTION", name, inputParameters}`).
fn call_of(fields: &Map<String, Value>) -> Option<Part> {
    let name = fields.get("name")?.as_str()?.to_owned();
    let kind = fields.get("type")?.as_str()?;
    let arguments = match kind {
        "function" | "custom" | "function_call" => fields.get("arguments").or_else(|| fields.get("input")),
        "FUNCTION" | "MCP" => fields.get("inputParameters").or_else(|| fields.get("input_parameters")),
        _ => return None,
    };
    let arguments = match arguments {
        Some(Value::String(text)) => crate::messages::parse_or_text(text),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    Some(Part::ToolCall { id: call_id(fields), name, arguments })
}

/// A result: `{type: "tool", call_id, output}`, or the `output` of a call of DeepEval's own kind.
fn result_of(fields: &Map<String, Value>) -> Option<Part> {
    let kind = fields.get("type")?.as_str()?;
    if !matches!(kind, "tool" | "function_call_output" | "FUNCTION" | "MCP") {
        return None;
    }
    let result = fields.get("output").filter(|output| !output.is_null())?.clone();
    Some(Part::ToolResult { id: call_id(fields), result })
}

fn call_id(fields: &Map<String, Value>) -> Option<String> {
    ["call_id", "id"].iter().find_map(|name| fields.get(*name)?.as_str()).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// LangChain's names for who speaks.
fn canonical_role(role: &str) -> &str {
    match role {
        "human" | "Human" => "user",
        "ai" | "AI" => "assistant",
        "System Instruction" => "system",
        other => other,
    }
}

pub(super) fn single(role: &str, part: Part) -> Message {
    Message { role: role.to_owned(), parts: vec![part], name: None, finish_reason: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn messages(value: Value) -> Vec<Message> {
        read(value, "user").unwrap().messages
    }

    #[test]
    fn one_argument_speaks_for_itself_and_the_original_is_kept() {
        let read = read(json!({"self": "<Bot>", "question": "Why?"}), "user").unwrap();
        assert_eq!(read.messages, [Message::text("user", "Why?")]);
        assert_eq!(read.original, Some(json!({"self": "<Bot>", "question": "Why?"})));
    }

    #[test]
    fn several_arguments_stay_what_they_are() {
        let read = read(json!({"name": "Ann", "content": "hi"}), "user").unwrap();
        assert_eq!(read.messages, [single("user", Part::Other { value: json!({"name": "Ann", "content": "hi"}) })]);
        assert_eq!(read.original, None);
    }

    #[test]
    fn messages_among_other_arguments_are_the_conversation() {
        let value = json!({"messages": [{"role": "human", "content": "Hi"}], "temperature": 0.2});
        let read = read(value.clone(), "user").unwrap();
        assert_eq!((read.messages, read.original), (vec![Message::text("user", "Hi")], Some(value)));
    }

    #[test]
    fn calls_and_results_are_read_in_both_spellings() {
        let read = messages(json!([
            {"role": "user", "content": "Weather?"},
            {"id": "c1", "call_id": "c1", "name": "get_weather", "type": "function", "arguments": {"city": "Paris"}},
            {"call_id": "c1", "type": "tool", "output": "sunny"},
            {"name": "search", "type": "FUNCTION", "inputParameters": {"q": "x"}, "output": ["y"]},
        ]));
        let id = || Some("c1".to_owned());
        assert_eq!(
            read[1..],
            [
                single("assistant", Part::ToolCall { id: id(), name: "get_weather".into(), arguments: json!({"city": "Paris"}) }),
                single("tool", Part::ToolResult { id: id(), result: json!("sunny") }),
                single("assistant", Part::ToolCall { id: None, name: "search".into(), arguments: json!({"q": "x"}) }),
                single("tool", Part::ToolResult { id: None, result: json!(["y"]) }),
            ]
        );
    }

    #[test]
    fn nothing_is_no_message() {
        assert!(read(json!({}), "user").is_none() && read(json!(null), "user").is_none());
        assert_eq!(messages(json!([1, 2])), [single("user", Part::Other { value: json!([1, 2]) })]);
    }
}
