//! What was said: messages, instructions, tool definitions, tool calls, retrievals.

use super::super::{
    Draft,
    payload::{said, take_value},
};
use crate::{
    messages::{conversation, conversation_from_value, instructions, instructions_from_value, regenerate, text_message},
    otlp::{attributes::AttributeSet, wire::any_value::Value as Wire},
};
use model::telemetry::{Attributes, Message, Part, Span, SpanKind};
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    read_conversation(span, attributes);
    match span.kind {
        SpanKind::Tool => read_tool_call(span, attributes),
        SpanKind::Retrieval => read_retrieval(span, attributes),
        _ => {}
    }
}

/// The message attributes, newest generation first. The content events carry the same names.
pub(super) fn read_conversation(span: &mut Span, attributes: &mut AttributeSet) {
    let payload = &mut span.payload;
    let mut take = |names: &[&str], role: &str| names.iter().find_map(|name| take_messages(attributes, name, role, &mut payload.originals));
    if payload.input.is_none() {
        payload.input = take(&["gen_ai.input.messages", "gen_ai.prompt"], "user");
    }
    if payload.output.is_none() {
        payload.output = take(&["gen_ai.output.messages", "gen_ai.completion"], "assistant");
    }
    if payload.system.is_none() {
        payload.system = take_instructions(attributes, &mut payload.originals);
    }
    if payload.tools.is_none() {
        payload.tools = take_value(attributes, "gen_ai.tool.definitions", &mut payload.originals);
    }
    if span.finish_reasons.is_empty()
        && let Some(output) = &payload.output
    {
        span.finish_reasons = output.iter().filter_map(|message| message.finish_reason.clone()).collect();
    }
}

fn take_messages(attributes: &mut AttributeSet, name: &str, role: &str, originals: &mut Attributes) -> Option<Vec<Message>> {
    let (messages, original) = match attributes.take(name)? {
        Wire::String(bytes) => {
            let text = attributes.read_text(&bytes);
            let messages = conversation(&text, role);
            let original = regenerate::original_of_messages(&messages, &text);
            (messages, original)
        }
        structured => {
            let value = attributes.read_json(structured);
            let messages = conversation_from_value(value.clone(), role);
            let original = regenerate::original_of_structure(&messages, value);
            (messages, original)
        }
    };
    originals.insert(name.to_owned(), original);
    Some(messages)
}

fn take_instructions(attributes: &mut AttributeSet, originals: &mut Attributes) -> Option<Vec<Message>> {
    const NAME: &str = "gen_ai.system_instructions";
    let (messages, original) = match attributes.take(NAME)? {
        Wire::String(bytes) => {
            let text = attributes.read_text(&bytes);
            let messages = instructions(&text);
            let original = regenerate::original_of_instructions(&messages, &text);
            (messages, original)
        }
        structured => {
            let value = attributes.read_json(structured);
            (instructions_from_value(value.clone()), value)
        }
    };
    originals.insert(NAME.to_owned(), original);
    Some(messages)
}

/// A tool span reads as the call that asked for it and the result that answered.
fn read_tool_call(span: &mut Span, attributes: &mut AttributeSet) {
    let id = attributes.take_first_text(&["gen_ai.tool.call.id", "gen_ai.tool.call_id"]);
    let originals = &mut span.payload.originals;
    let arguments = take_value(attributes, "gen_ai.tool.call.arguments", originals);
    let result =
        ["gen_ai.tool.call.result", "anthropic.tool_result.content"].iter().find_map(|name| take_value(attributes, name, originals));
    if span.payload.input.is_none()
        && let Some(arguments) = arguments
    {
        let name = span.tool.clone().unwrap_or_default();
        span.payload.input = said("assistant", Part::ToolCall { id: id.clone(), name, arguments });
    }
    if span.payload.output.is_none()
        && let Some(result) = result
    {
        span.payload.output = said("tool", Part::ToolResult { id, result });
    } else if let Some(id) = id
        && span.payload.input.is_none()
    {
        span.payload.attributes.insert("gen_ai.tool.call.id".to_owned(), Value::String(id));
    }
}

fn read_retrieval(span: &mut Span, attributes: &mut AttributeSet) {
    let originals = &mut span.payload.originals;
    if span.payload.input.is_none()
        && let Some(query) = attributes.take_text("gen_ai.retrieval.query.text")
    {
        originals.insert("gen_ai.retrieval.query.text".to_owned(), regenerate::text_marker());
        span.payload.input = Some(vec![text_message("user", query)]);
    }
    if span.payload.output.is_none()
        && let Some(documents) = take_value(attributes, "gen_ai.retrieval.documents", originals)
    {
        span.payload.output = said("tool", Part::ToolResult { id: None, result: documents });
    }
}
