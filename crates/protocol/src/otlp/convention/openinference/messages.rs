//! Messages, prompts, completions and tool definitions from flattened lists. What they hold is in `input.value` and `output.value` too,
//! as it was sent: so it is those that are kept where the messages cannot be written back.

use super::super::Draft;
use crate::{
    messages::{message_from_chat, parse_or_text, part_from_value, text_message},
    otlp::flattened::{Flattened, items},
};
use model::telemetry::{Message, Part, SpanPayload};
use serde_json::{Map, Value, json};

pub(super) const INPUT: &str = "llm.input_messages.";
pub(super) const OUTPUT: &str = "llm.output_messages.";
pub(super) const TOOLS: &str = "llm.tools.";
pub(super) const PROMPTS: &str = "llm.prompts.";
pub(super) const CHOICES: &str = "llm.choices.";

pub(super) fn read(draft: &mut Draft, lists: &mut Flattened) {
    let mut take = |names: [&str; 2], role: &str| {
        let messages = names.iter().flat_map(|name| lists.list(name)).filter_map(|item| message(item, role)).collect::<Vec<_>>();
        (!messages.is_empty()).then_some(messages)
    };
    let (input, output) = (take([INPUT, PROMPTS], "user"), take([OUTPUT, CHOICES], "assistant"));
    let payload = &mut draft.span.payload;
    payload.input = payload.input.take().or(input);
    payload.output = payload.output.take().or(output);
    let tools: Vec<Value> = lists.list(TOOLS).into_iter().map(definition).collect();
    if payload.tools.is_none() && !tools.is_empty() {
        payload.tools = Some(Value::Array(tools));
    }
    drop_repeated_parameters(payload);
}

/// Some instrumentations write the whole request as parameters.
fn drop_repeated_parameters(payload: &mut SpanPayload) {
    let SpanPayload { input, tools, model_parameters, .. } = payload;
    if model_parameters.get("tools").is_some_and(|told| Some(told) == tools.as_ref()) {
        model_parameters.remove("tools");
    }
    let first = input.as_ref().and_then(|messages| messages.first()).map(|message| message.parts.as_slice());
    if let (Some([Part::Text { text }]), Some(Value::String(told))) = (first, model_parameters.get("instructions"))
        && text == told
    {
        model_parameters.remove("instructions");
    }
}

/// A tool is one JSON schema as text, or fields of which some are.
fn definition(mut tool: Value) -> Value {
    for name in ["json_schema", "parameters"] {
        if let Some(Value::String(text)) = tool.get(name) {
            tool[name] = parse_or_text(text);
        }
    }
    let is_schema_alone = tool.as_object().is_some_and(|fields| fields.len() == 1) && tool.get("json_schema").is_some();
    if is_schema_alone { tool["json_schema"].take() } else { tool }
}

/// `None` when nothing was said: instrumentations write the role of an answer that never came.
fn message(item: Value, role: &str) -> Option<Message> {
    let mut fields = match item {
        Value::Object(fields) => fields,
        Value::String(text) => return Some(text_message(role, text)),
        _ => return None,
    };
    if let (1, Some(Value::String(_))) = (fields.len(), fields.get("text")) {
        let Some(Value::String(text)) = fields.remove("text") else { return None };
        return Some(text_message(role, text));
    }
    let contents: Vec<Value> = items(fields.remove("contents").unwrap_or_default()).into_iter().map(content).collect();
    let calls = items(fields.remove("tool_calls").unwrap_or_default());
    let calls: Vec<Value> = calls.into_iter().filter(|call| !is_among(call, &contents)).collect();
    if let Some(name) = fields.remove("function_call_name") {
        let arguments = fields.remove("function_call_arguments_json").unwrap_or_default();
        fields.insert("function_call".to_owned(), json!({"name": name, "arguments": arguments}));
    }
    if !calls.is_empty() {
        fields.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    let message = with_contents(fields, contents, role);
    (!message.parts.is_empty()).then_some(message)
}

fn with_contents(mut fields: Map<String, Value>, contents: Vec<Value>, role: &str) -> Message {
    if contents.is_empty() {
        return message_from_chat(fields, role);
    }
    let texts: Vec<&str> = contents.iter().filter_map(|content| content.get("text")?.as_str()).collect();
    // `content` is the text of `contents` once more.
    let is_repeated = fields.get("content").and_then(Value::as_str).is_none_or(|text| texts.contains(&text) || texts.concat() == text);
    if is_repeated {
        fields.remove("content");
    }
    let speaker = fields.get("role").and_then(Value::as_str).unwrap_or(role);
    if speaker == "tool" || speaker == "function" {
        let result = if texts.len() == contents.len() { Value::String(texts.concat()) } else { Value::Array(contents) };
        fields.entry("content").or_insert(result);
        return message_from_chat(fields, role);
    }
    let mut message = message_from_chat(fields, role);
    let parts: Vec<Part> = contents.into_iter().map(part_from_value).collect();
    message.parts.splice(0..0, parts);
    message
}

/// Whether a call is told as one of the contents already.
fn is_among(call: &Value, contents: &[Value]) -> bool {
    let id = call.get("id").filter(|id| id.is_string());
    id.is_some() && contents.iter().any(|content| content.get("id") == id && content.get("name").is_some())
}

/// A content in the words of the providers' APIs.
fn content(item: Value) -> Value {
    let Value::Object(mut fields) = item else { return item };
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    match kind.as_str() {
        "tool_use" | "function_call" => {
            if let Some(Value::Object(function)) = fields.remove("function") {
                fields.extend(function);
            }
            Value::Object(fields)
        }
        "image" | "audio" | "video" | "document" => media(&kind, &fields).unwrap_or(Value::Object(fields)),
        _ => Value::Object(fields),
    }
}

/// `{image: {image: {url}}}`, and the like for other media.
fn media(kind: &str, fields: &Map<String, Value>) -> Option<Value> {
    let outer = fields.get(kind)?;
    let inner = outer.get(kind).unwrap_or(outer);
    let uri = inner.get("url")?.as_str()?;
    let class = if kind == "document" { "file" } else { kind };
    let mut part = json!({"type": "uri", "modality": class, "uri": uri});
    let of_data_uri = uri.strip_prefix("data:").and_then(|rest| rest.split([';', ',']).next());
    if let Some(mime_type) = inner.get("mime_type").and_then(Value::as_str).or(of_data_uri) {
        part["mime_type"] = json!(mime_type);
    }
    Some(part)
}
