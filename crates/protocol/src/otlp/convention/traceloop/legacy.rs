//! Names of versions up to 0.45: under their new names they are read like everyone's.

use super::super::Draft;
use crate::{
    messages::{message_from_chat, parse_or_text, text_message},
    otlp::flattened::{Flattened, items},
};
use model::telemetry::Message;
use serde_json::{Value, json};

const RENAMED: [(&str, &str); 16] = [
    ("llm.usage.total_tokens", "gen_ai.usage.total_tokens"),
    ("llm.usage.reasoning_tokens", "gen_ai.usage.reasoning_tokens"),
    ("llm.is_streaming", "gen_ai.request.stream"),
    ("gen_ai.is_streaming", "gen_ai.request.stream"),
    ("llm.top_k", "gen_ai.request.top_k"),
    ("llm.frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("llm.presence_penalty", "gen_ai.request.presence_penalty"),
    ("llm.chat.stop_sequences", "gen_ai.request.stop_sequences"),
    ("llm.request.repetition_penalty", "gen_ai.request.repetition_penalty"),
    ("llm.request.reasoning_effort", "gen_ai.request.reasoning_effort"),
    ("llm.response.finish_reason", "gen_ai.response.finish_reasons"),
    ("llm.response.stop_reason", "gen_ai.response.finish_reasons"),
    ("gen_ai.response.finish_reason", "gen_ai.response.finish_reasons"),
    ("gen_ai.response.stop_reason", "gen_ai.response.finish_reasons"),
    ("llm.user", "user.id"),
    ("gen_ai.user", "user.id"),
];

const PROMPTS: &str = "gen_ai.prompt.";
const COMPLETIONS: &str = "gen_ai.completion.";
const FUNCTIONS: &str = "llm.request.functions.";

pub(super) fn rename(draft: &mut Draft) {
    for (from, to) in RENAMED {
        draft.attributes.rename(from, to);
    }
    if let Some(request_type) = draft.attributes.take_text("llm.request.type") {
        match operation(&request_type, &draft.span.name) {
            Some(operation) if !draft.attributes.contains("gen_ai.operation.name") => {
                draft.span.operation.get_or_insert_with(|| operation.to_owned());
            }
            Some(_) => {}
            None => drop(draft.span.payload.attributes.insert("llm.request.type".to_owned(), Value::String(request_type))),
        }
    }
    // Headers of requests may hold keys.
    for name in ["llm.headers", "gen_ai.headers"] {
        if let Some(headers) = draft.attributes.take_text(name)
            && headers != "None"
        {
            draft.span.note("request_headers_not_kept");
        }
    }
}

fn operation(request_type: &str, span_name: &str) -> Option<&'static str> {
    Some(match request_type {
        "chat" => "chat",
        // The instrumentation of Anthropic says so of chats.
        "completion" if span_name.ends_with(".chat") => "chat",
        "completion" => "text_completion",
        "embedding" => "embeddings",
        "rerank" => "rerank",
        _ => return None,
    })
}

pub(super) fn read_lists(draft: &mut Draft) {
    let mut lists = Flattened::new(&[PROMPTS, COMPLETIONS, FUNCTIONS], &[], &[]).take_from(&mut draft.attributes);
    if lists.is_truncated() {
        draft.span.note("flattened_lists_truncated");
    }
    let mut conversation = |name: &str, role: &str| {
        let messages: Vec<Message> = lists.list(name).into_iter().map(|item| message(item, role)).collect();
        (!messages.is_empty()).then_some(messages)
    };
    let (input, output) = (conversation(PROMPTS, "user"), conversation(COMPLETIONS, "assistant"));
    let functions: Vec<Value> = lists.list(FUNCTIONS).into_iter().map(function).collect();
    let payload = &mut draft.span.payload;
    payload.input = payload.input.take().or(input);
    payload.output = payload.output.take().or(output);
    if payload.tools.is_none() && !functions.is_empty() {
        payload.tools = Some(Value::Array(functions));
    }
}

fn message(item: Value, role: &str) -> Message {
    let mut fields = match item {
        Value::Object(fields) => fields,
        Value::String(text) => return text_message(role, text),
        other => return message_from_chat([("content".to_owned(), other)].into_iter().collect(), role),
    };
    // Lists of contents are JSON text.
    if let Some(Value::String(text)) = fields.get("content")
        && text.starts_with("[{")
        && let list @ Value::Array(_) = parse_or_text(text)
    {
        fields.insert("content".to_owned(), list);
    }
    if let Some(calls) = fields.remove("tool_calls") {
        fields.insert("tool_calls".to_owned(), Value::Array(items(calls)));
    }
    message_from_chat(fields, role)
}

fn function(mut function: Value) -> Value {
    for name in ["parameters", "input_schema"] {
        if let Some(Value::String(text)) = function.get(name) {
            function[name] = parse_or_text(text);
        }
    }
    json!({"type": "function", "function": function})
}
