//! Messages as LangChain writes them: flat (`{"type": "human", "content": …}`), with a `data` around the fields, or as the constructor call that makes one
//! (`{"lc": 1, "type": "constructor", "id": […, "HumanMessage"], "kwargs": {…}}`). They become chat messages, which are read as such.

use serde_json::{Map, Value, json};

/// The fields of a chat message, if this is a message of LangChain. Gives the fields back if not.
pub(super) fn to_chat(fields: Map<String, Value>) -> Result<Map<String, Value>, Map<String, Value>> {
    if is_constructor(&fields) {
        return constructed(fields);
    }
    let role = fields.get("type").and_then(Value::as_str).and_then(role_of_type);
    if let (Some(role), Some(Value::Object(data))) = (role, fields.get("data"))
        && data.contains_key("content")
    {
        return Ok(chat_message(data.clone(), role));
    }
    match role {
        Some(role) if !fields.contains_key("role") && fields.contains_key("content") => Ok(chat_message(fields, role)),
        _ => Err(fields),
    }
}

fn is_constructor(fields: &Map<String, Value>) -> bool {
    fields.contains_key("lc") && fields.get("type").and_then(Value::as_str) == Some("constructor")
}

fn constructed(mut fields: Map<String, Value>) -> Result<Map<String, Value>, Map<String, Value>> {
    let class = fields.get("id").and_then(Value::as_array).and_then(|path| path.last()?.as_str());
    let Some(role) = class.and_then(role_of_class) else { return Err(fields) };
    match fields.remove("kwargs") {
        Some(Value::Object(arguments)) => Ok(chat_message(arguments, role)),
        other => {
            fields.extend(other.map(|other| ("kwargs".to_owned(), other)));
            Err(fields)
        }
    }
}

fn role_of_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "human" | "HumanMessageChunk" => "user",
        "ai" | "AIMessageChunk" => "assistant",
        "system" | "SystemMessageChunk" => "system",
        "tool" | "ToolMessageChunk" | "function" => "tool",
        _ => return None,
    })
}

fn role_of_class(name: &str) -> Option<&'static str> {
    Some(match name.strip_suffix("Chunk").unwrap_or(name) {
        "HumanMessage" => "user",
        "AIMessage" => "assistant",
        "SystemMessage" => "system",
        "ToolMessage" | "FunctionMessage" => "tool",
        // Its role is an argument.
        "ChatMessage" => "user",
        _ => return None,
    })
}

fn chat_message(mut given: Map<String, Value>, role: &str) -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("role".to_owned(), given.remove("role").filter(Value::is_string).unwrap_or_else(|| json!(role)));
    let mut extra = match given.remove("additional_kwargs") {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let calls = [given.remove("tool_calls"), extra.remove("tool_calls")].into_iter().flatten().find(is_filled);
    let invalid = given.remove("invalid_tool_calls").filter(is_filled);
    let content = given.remove("content").filter(|content| is_filled(content) || (calls.is_none() && role != "assistant"));
    let content = match content {
        // Content blocks may say the calls once more.
        Some(Value::Array(blocks)) if calls.is_some() => Some(Value::Array(blocks.into_iter().filter(|block| !is_call(block)).collect())),
        content => content,
    };
    for (name, value) in [("content", content), ("tool_calls", calls), ("invalid_tool_calls", invalid)] {
        message.extend(value.map(|value| (name.to_owned(), value)));
    }
    for name in ["reasoning_content", "refusal", "function_call", "audio"] {
        message.extend(extra.remove(name).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value)));
    }
    for name in ["tool_call_id", "artifact"] {
        message.extend(given.remove(name).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value)));
    }
    // A tool's message names the tool; the name of a person or a model is who speaks.
    message.extend(given.remove("name").filter(Value::is_string).map(|name| ("name".to_owned(), name)));
    let reason = given.get("response_metadata").and_then(|metadata| {
        let named = ["finish_reason", "stop_reason", "done_reason"].iter().find_map(|name| metadata.get(*name)?.as_str());
        named.map(|reason| json!(reason))
    });
    message.extend(reason.map(|reason| ("finish_reason".to_owned(), reason)));
    message
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

fn is_call(block: &Value) -> bool {
    let kind = block.get("type").and_then(Value::as_str);
    matches!(kind, Some("tool_use" | "tool_call" | "function_call" | "input_json_delta"))
}

#[cfg(test)]
mod tests {
    use super::super::conversation_from_value;
    use model::telemetry::{Message, Part};
    use serde_json::json;

    #[test]
    fn flat_and_constructed_messages_read_alike() {
        let flat = json!([
            {"type": "human", "content": "weather?", "additional_kwargs": {}, "response_metadata": {}, "id": "m1"},
            {"type": "ai", "content": "", "tool_calls": [{"name": "get", "args": {"city": "Paris"}, "id": "c1", "type": "tool_call"}],
             "response_metadata": {"finish_reason": "tool_calls"}, "invalid_tool_calls": []},
            {"type": "tool", "content": "sunny", "name": "get", "tool_call_id": "c1", "status": "success"},
        ]);
        let wrapped: serde_json::Value =
            flat.as_array().unwrap().iter().map(|message| json!({"type": message["type"], "data": message})).collect();
        assert_eq!(conversation_from_value(wrapped, "user"), conversation_from_value(flat.clone(), "user"));
        let classes = ["HumanMessage", "AIMessageChunk", "ToolMessage"];
        let constructed: serde_json::Value = flat.as_array().unwrap().iter().zip(classes).map(|(message, class)| {
            json!({"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", class], "kwargs": message})
        }).collect();
        let read = conversation_from_value(flat, "user");
        assert_eq!(read, conversation_from_value(json!([constructed]), "user"));
        let call = Part::ToolCall { id: Some("c1".into()), name: "get".into(), arguments: json!({"city": "Paris"}) };
        assert_eq!(read[0], Message::text("user", "weather?"));
        assert_eq!(read[1], Message { role: "assistant".into(), parts: vec![call], name: None, finish_reason: Some("tool_calls".into()) });
        assert_eq!((read[2].role.as_str(), read[2].name.as_deref()), ("tool", Some("get")));
        assert_eq!(read[2].parts, [Part::ToolResult { id: Some("c1".into()), result: json!("sunny") }]);
    }

    #[test]
    fn calls_that_content_blocks_repeat_are_said_once() {
        let message = json!({"type": "ai", "content": [{"type": "text", "text": "one moment"}, {"type": "tool_use", "id": "t", "name": "f", "input": {}}],
            "tool_calls": [{"name": "f", "args": {}, "id": "t"}]});
        let parts = conversation_from_value(message, "user").remove(0).parts;
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0], Part::Text { text: "one moment".into() });
    }

    #[test]
    fn what_is_no_message_stays_what_it_is() {
        let document = json!({"type": "Document", "content": "text"});
        assert_eq!(conversation_from_value(document.clone(), "user")[0].parts.len(), 2, "read as a chat message with more fields");
        let model = json!({"lc": 1, "type": "constructor", "id": ["langchain", "ChatOpenAI"], "kwargs": {"model": "x"}});
        assert_eq!(conversation_from_value(model.clone(), "user")[0].parts, [Part::Other { value: model }]);
    }
}
