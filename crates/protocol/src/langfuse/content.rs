//! What went into an observation and what came out of it: values of the application's choice, which for calls of models are most often
//! messages, or pieces of a provider's request and answer.

use crate::{
    messages::{conversation_from_value, media_refs},
    provider::{self, Api, ProviderRequest},
};
use model::telemetry::{Attributes, Message, Part, SpanKind};
use serde_json::{Value, json};

/// An input, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub messages: Vec<Message>,
    pub system: Vec<Message>,
    pub tools: Option<Value>,
    /// What stood beside messages and tools: how the tools were to be used.
    pub parameters: Attributes,
}

/// The input of an observation with this kind and name.
pub(crate) fn input_of(kind: SpanKind, name: &str, value: Value) -> Input {
    let mut input = match kind {
        SpanKind::Llm | SpanKind::Embedding => input_of_model(value),
        SpanKind::Tool => Input::of(vec![said(ASSISTANT, Part::ToolCall { id: None, name: name.to_owned(), arguments: value })]),
        _ => Input::of(messages_of(value, USER)),
    };
    media_refs::resolve(&mut input.messages);
    input
}

/// The output of an observation of this kind.
pub(crate) fn output_of(kind: SpanKind, value: Value) -> Vec<Message> {
    let mut messages = match kind {
        SpanKind::Llm => output_of_model(value),
        SpanKind::Tool | SpanKind::Retrieval if !value.is_null() => vec![said("tool", Part::ToolResult { id: None, result: value })],
        _ => messages_of(value, ASSISTANT),
    };
    media_refs::resolve(&mut messages);
    messages
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";
/// Items of the Responses API that are no messages.
const ITEM_TYPES: [&str; 6] =
    ["reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "mcp_call"];
/// Parts of an answer of Anthropic's.
const BLOCK_TYPES: [&str; 5] = ["text", "tool_use", "thinking", "redacted_thinking", "server_tool_use"];

impl Input {
    fn of(messages: Vec<Message>) -> Self {
        Self { messages, ..Self::default() }
    }
}

impl From<ProviderRequest> for Input {
    fn from(request: ProviderRequest) -> Self {
        Self { messages: request.input, system: request.system, tools: request.tools, parameters: request.parameters }
    }
}

fn input_of_model(value: Value) -> Input {
    match value {
        Value::Array(texts) if !texts.is_empty() && texts.iter().all(Value::is_string) => {
            Input::of(conversation_from_value(Value::Array(texts), USER))
        }
        Value::Array(items) if is_list_of_items(&items) => provider::request_of(Api::Responses, json!({"input": items})).into(),
        // Messages with tools, or instructions beside an input.
        Value::Object(fields) if ["messages", "instructions", "contents"].iter().any(|name| fields.contains_key(*name)) => {
            match provider::request(Value::Object(fields.clone())) {
                Some(request) => request.into(),
                None => Input::of(messages_of(Value::Object(fields), USER)),
            }
        }
        value => Input::of(messages_of(value, USER)),
    }
}

fn output_of_model(value: Value) -> Vec<Message> {
    let is_item = |value: &Value| ITEM_TYPES.iter().any(|name| value["type"] == *name);
    let wrapped = match &value {
        Value::Array(items) if is_list_of_items(items) => json!({"output": items}),
        Value::Array(blocks) if is_list_of(blocks, &BLOCK_TYPES) => json!({"type": "message", "content": blocks}),
        value if is_item(value) => json!({"output": [value]}),
        // What a client puts together from the pieces of a stream has no role.
        Value::Object(fields) if fields.get("tool_calls").is_some_and(Value::is_array) => return conversation_from_value(value, ASSISTANT),
        Value::Object(fields)
            if !is_message(&value) && ["choices", "candidates", "output"].iter().any(|name| fields.contains_key(*name)) =>
        {
            value.clone()
        }
        _ => Value::Null,
    };
    match provider::response(wrapped).map(|response| response.output) {
        Some(messages) if !messages.is_empty() => messages,
        _ => messages_of(value, ASSISTANT),
    }
}

/// Items of the Responses API, at least one of which is no plain message.
fn is_list_of_items(items: &[Value]) -> bool {
    let is_typed = |item: &Value| ITEM_TYPES.iter().chain(&["message"]).any(|name| item["type"] == *name);
    items.iter().any(is_typed) && items.iter().all(|item| is_typed(item) || is_message(item) || item["type"].is_string())
}

fn is_list_of(items: &[Value], types: &[&str]) -> bool {
    !items.is_empty() && items.iter().all(|item| types.iter().any(|name| item["type"] == *name))
}

fn said(role: &str, part: Part) -> Message {
    Message { role: role.to_owned(), parts: vec![part], name: None, finish_reason: None }
}

fn messages_of(value: Value, role: &str) -> Vec<Message> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![said(role, Part::Text { text })],
        value if is_message(&value) || is_conversation(&value) => conversation_from_value(value, role),
        // Nothing but messages, as the state of a graph.
        Value::Object(fields) if fields.len() == 1 && fields.get("messages").is_some_and(is_conversation) => {
            conversation_from_value(Value::Object(fields), role)
        }
        // Whatever the application gave: its fields are not those of a message.
        value => vec![said(role, Part::Other { value })],
    }
}

fn is_conversation(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_message))
}

fn is_message(value: &Value) -> bool {
    value.get("role").is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_alone_or_beside_tools() {
        let message = json!({"role": "user", "content": "hi"});
        let bare = input_of(SpanKind::Llm, "", json!([message]));
        let offered = input_of(SpanKind::Llm, "", json!({"messages": [message], "tools": [{"type": "function"}], "tool_choice": "auto"}));
        assert_eq!(bare.messages, [Message::text("user", "hi")]);
        assert_eq!(offered.messages, bare.messages);
        assert_eq!((offered.tools.unwrap(), &offered.parameters["tool_choice"]), (json!([{"type": "function"}]), &json!("auto")));
        let instructed = input_of(SpanKind::Llm, "", json!({"instructions": "be brief", "input": "hi"}));
        assert_eq!(instructed.system, [Message::text("system", "be brief")]);
        assert_eq!(instructed.messages, [Message::text("user", "hi")]);
    }

    #[test]
    fn pieces_of_answers_are_read_as_the_answers_are() {
        let items = json!([{"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "hi"}]}]);
        let expected = [Part::Reasoning { text: "hm".into() }, Part::Text { text: "hi".into() }];
        assert_eq!(output_of(SpanKind::Llm, items)[0].parts, expected);
        let call = output_of(SpanKind::Llm, json!({"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{\"a\":1}"}));
        assert_eq!(call[0].parts, [Part::ToolCall { id: Some("c1".into()), name: "f".into(), arguments: json!({"a": 1}) }]);
        let blocks =
            output_of(SpanKind::Llm, json!([{"type": "text", "text": "hi"}, {"type": "tool_use", "id": "t", "name": "f", "input": {}}]));
        assert_eq!(blocks[0].parts.len(), 2);
        let whole = output_of(SpanKind::Llm, json!({"choices": [{"message": {"role": "assistant", "content": "hi"}}]}));
        assert_eq!(whole[0].parts, [Part::Text { text: "hi".into() }]);
    }

    #[test]
    fn values_of_the_application_stay_whole() {
        let value = json!({"name": "Ada", "content": 7, "messages": 3});
        let Input { messages, .. } = input_of(SpanKind::Agent, "", value.clone());
        assert_eq!(messages[0].parts, [Part::Other { value: value.clone() }]);
        assert_eq!(output_of(SpanKind::Chain, value.clone())[0].parts, [Part::Other { value: value.clone() }]);
        assert_eq!(output_of(SpanKind::Llm, value.clone())[0].parts, [Part::Other { value }]);
        assert_eq!(output_of(SpanKind::Llm, Value::Null), []);
    }

    #[test]
    fn tools_are_calls_and_results_and_streamed_calls_have_no_role() {
        let call = input_of(SpanKind::Tool, "weather", json!({"city": "Paris"})).messages;
        assert_eq!(call[0].parts, [Part::ToolCall { id: None, name: "weather".into(), arguments: json!({"city": "Paris"}) }]);
        assert_eq!(output_of(SpanKind::Tool, json!("sunny"))[0].parts, [Part::ToolResult { id: None, result: json!("sunny") }]);
        let streamed =
            output_of(SpanKind::Llm, json!({"tool_calls": [{"function": {"name": "weather", "arguments": "{\"city\":\"Paris\"}"}}]}));
        assert_eq!(streamed[0].role, "assistant");
        assert_eq!(streamed[0].parts, [Part::ToolCall { id: None, name: "weather".into(), arguments: json!({"city": "Paris"}) }]);
    }
}
