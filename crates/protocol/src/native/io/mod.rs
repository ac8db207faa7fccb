//! What went into a step and what came out of it → canonical messages. Both are values whose shape is the application's own, or that of a
//! provider's API or of LangChain. Where the messages do not say all of a value, the value itself is kept as the original.

mod generations;
mod langgraph;
mod llm;

pub(super) use langgraph::messages as langgraph_messages;

use crate::messages::{conversation_from_value, parse_or_text, text_message};
use model::telemetry::{Message, Part, Span, SpanKind};
use serde_json::{Map, Value, json};

/// Under which names `originals` keeps the values: those that the client uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub input: &'static str,
    pub output: &'static str,
}

/// Which of the two a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Input,
    Output,
}

const PLAIN_INPUT: &str = "input";
const PLAIN_OUTPUT: &str = "output";

/// Reads what is known of the input and output of a step. Empty objects say nothing: SDKs send them before there is anything to say.
/// `call_id`: of the call that a tool answers.
pub(crate) fn read(span: &mut Span, names: Names, input: Option<Value>, output: Option<Value>, call_id: Option<String>) {
    if let Some(input) = input.filter(says_something) {
        let messages = match span.kind {
            SpanKind::Llm | SpanKind::Embedding => llm::read_input(span, &input),
            SpanKind::Tool => tool_call(span, &input, call_id.clone()),
            _ => generic(input.clone(), Side::Input),
        };
        keep(span, names.input, Side::Input, &messages, input);
        span.payload.input = Some(messages);
    }
    if let Some(output) = output.filter(says_something) {
        let messages = match span.kind {
            SpanKind::Llm | SpanKind::Embedding => llm::read_output(span, &output),
            SpanKind::Tool => tool_result(&output, call_id),
            SpanKind::Retrieval => documents(&output),
            _ => generic(output.clone(), Side::Output),
        };
        keep(span, names.output, Side::Output, &messages, output);
        span.payload.output = Some(messages);
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        // What is sent of a call that answered nothing.
        Value::Object(fields) if fields.len() == 1 => !fields.get(PLAIN_OUTPUT).is_some_and(Value::is_null),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

fn keep(span: &mut Span, name: &str, side: Side, messages: &[Message], value: Value) {
    if rebuilt(side, messages).as_ref() != Some(&value) {
        span.payload.originals.insert(name.to_owned(), value);
    }
}

/// The value that messages stand for, where they say all of it.
pub fn rebuilt(side: Side, messages: &[Message]) -> Option<Value> {
    let [Message { parts, name: None, finish_reason: None, .. }] = messages else { return None };
    let plain = side.plain();
    match parts.as_slice() {
        [Part::Text { text }] => Some(json!({plain: text})),
        [Part::ToolCall { arguments: value @ Value::Object(_), .. } | Part::ToolResult { result: value @ Value::Object(_), .. }]
        | [Part::Other { value }] => Some(value.clone()),
        [Part::ToolResult { result, .. }] => Some(json!({plain: result})),
        _ => None,
    }
}

impl Side {
    /// The one field that SDKs wrap plain arguments and results in.
    fn plain(self) -> &'static str {
        match self {
            Self::Input => PLAIN_INPUT,
            Self::Output => PLAIN_OUTPUT,
        }
    }

    fn role(self) -> &'static str {
        match self {
            Self::Input => "user",
            Self::Output => "assistant",
        }
    }
}

/// Conversations are read as such, a text in the usual wrapping as that text; anything else is kept whole.
fn generic(value: Value, side: Side) -> Vec<Message> {
    let (role, plain) = (side.role(), side.plain());
    match &value {
        Value::Object(fields) if holds_messages(fields) => return conversation_from_value(value, role),
        Value::Object(fields) if fields.len() == 1 => match fields.get(plain) {
            Some(Value::String(text)) => return vec![text_message(role, text.clone())],
            // What a prompt template makes.
            Some(inner @ Value::Object(fields)) if holds_messages(fields) => return conversation_from_value(inner.clone(), role),
            Some(message) if is_message(message) => return conversation_from_value(message.clone(), role),
            Some(Value::Array(items)) => {
                if let Some(messages) = langgraph::messages(items) {
                    return messages;
                }
            }
            _ => {}
        },
        Value::String(text) => return vec![text_message(role, text.clone())],
        _ => {}
    }
    vec![Message { role: role.to_owned(), parts: vec![Part::Other { value }], name: None, finish_reason: None }]
}

/// `{"messages": [message …]}`, where each is one.
fn holds_messages(fields: &Map<String, Value>) -> bool {
    let list = fields.get("messages").and_then(Value::as_array);
    list.is_some_and(|items| {
        !items.is_empty() && items.iter().all(|item| is_message(item) || item.as_array().is_some_and(|inner| inner.iter().all(is_message)))
    })
}

fn is_message(value: &Value) -> bool {
    let Some(fields) = value.as_object() else { return false };
    let has = |name: &str| fields.contains_key(name);
    (has("role") && (has("content") || has("tool_calls") || has("parts")))
        || (has("type") && has("content") && has("response_metadata"))
        || (has("lc") && has("kwargs"))
}

fn tool_call(span: &mut Span, inputs: &Value, id: Option<String>) -> Vec<Message> {
    let name = span.tool.get_or_insert_with(|| span.name.clone()).clone();
    // Tools of one argument get their text under `input`; often it is JSON, or Python's writing of it.
    let arguments = match inputs.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get(PLAIN_INPUT)) {
        Some(Value::String(text)) => parse_or_text(text),
        _ => inputs.clone(),
    };
    vec![Message { role: "assistant".to_owned(), parts: vec![Part::ToolCall { id, name, arguments }], name: None, finish_reason: None }]
}

fn tool_result(outputs: &Value, id: Option<String>) -> Vec<Message> {
    let result = only(outputs, PLAIN_OUTPUT).unwrap_or(outputs);
    let said = result.get("type").and_then(Value::as_str) == Some("tool") && result.get("content").is_some();
    let (id, result) = match result {
        Value::Object(message) if said => {
            let call = message.get("tool_call_id").and_then(Value::as_str).map(str::to_owned);
            (call.or(id), message.get("content").cloned().unwrap_or_default())
        }
        result => (id, result.clone()),
    };
    vec![Message { role: "tool".to_owned(), parts: vec![Part::ToolResult { id, result }], name: None, finish_reason: None }]
}

fn documents(outputs: &Value) -> Vec<Message> {
    let result = only(outputs, PLAIN_OUTPUT).or_else(|| only(outputs, "documents")).unwrap_or(outputs).clone();
    vec![Message { role: "tool".to_owned(), parts: vec![Part::ToolResult { id: None, result }], name: None, finish_reason: None }]
}

/// The value of the one field of an object.
fn only<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object().filter(|fields| fields.len() == 1)?.get(name)
}
