//! Content in span events: one per message (`gen_ai.user.message` …), per prompt or completion (`gen_ai.content.*`), or one with
//! everything (`gen_ai.client.inference.operation.details`). An event keeps its time, its name and what is not content.

use super::super::Draft;
use super::content::read_conversation;
use crate::{messages::message_from_chat, otlp::attributes::AttributeSet};
use model::telemetry::{Message, Span};
use serde_json::{Map, Value};

const PREFIX: &str = "gen_ai.";
/// Fields of a message event that are what was said, not about the event.
const MESSAGE_FIELDS: [&str; 7] = ["role", "content", "name", "id", "tool_call_id", "tool_calls", "refusal"];

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, events, .. } = draft;
    let attributes_have_input = span.payload.input.is_some();
    let attributes_have_output = span.payload.output.is_some();
    let had_reasons = !span.finish_reasons.is_empty();
    let mut input = Vec::new();
    let mut output = Vec::new();
    for event in events.iter_mut().filter(|event| event.name.starts_with(PREFIX)) {
        match event.name.as_str() {
            "gen_ai.system.message" | "gen_ai.user.message" | "gen_ai.assistant.message" | "gen_ai.tool.message"
                if !attributes_have_input =>
            {
                let role = event.name.split('.').nth(1).unwrap_or("user");
                input.extend(take_message(&mut event.attributes, role));
            }
            "gen_ai.choice" => {
                if !attributes_have_output {
                    output.extend(take_choice(&mut event.attributes));
                }
                add_finish_reason(span, had_reasons, &event.attributes);
            }
            "gen_ai.content.prompt" | "gen_ai.content.completion" | "gen_ai.client.inference.operation.details" => {
                read_conversation(span, &mut event.attributes);
            }
            _ => {}
        }
    }
    if !input.is_empty() {
        span.payload.input = Some(input);
    }
    if !output.is_empty() {
        span.payload.output = Some(output);
    }
}

/// The conventions' own attribute goes first; choices fill in when it is absent.
fn add_finish_reason(span: &mut Span, had_reasons: bool, choice: &AttributeSet) {
    if !had_reasons {
        span.finish_reasons.extend(choice.text("finish_reason"));
    }
}

fn take_message(attributes: &mut AttributeSet, role: &str) -> Option<Message> {
    let has_content = ["content", "tool_calls", "refusal"].iter().any(|name| attributes.contains(name));
    has_content.then(|| message_from_chat(take_fields(attributes), role))
}

/// A choice holds its message as a field, or the message's fields beside its own.
fn take_choice(attributes: &mut AttributeSet) -> Option<Message> {
    let finish_reason = attributes.text("finish_reason");
    let mut message = match attributes.take_json("message").map(parsed) {
        Some(Value::Object(fields)) => Some(message_from_chat(fields, "assistant")),
        Some(Value::String(text)) => Some(crate::messages::text_message("assistant", text)),
        _ => take_message(attributes, "assistant"),
    }?;
    message.finish_reason = message.finish_reason.or(finish_reason);
    Some(message)
}

fn take_fields(attributes: &mut AttributeSet) -> Map<String, Value> {
    let mut fields = Map::new();
    for name in MESSAGE_FIELDS {
        if let Some(value) = attributes.take_json(name) {
            // Attributes of events could not be structured for long: lists came as JSON text.
            let value = if name == "tool_calls" { parsed(value) } else { value };
            fields.insert(name.to_owned(), value);
        }
    }
    fields
}

fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => crate::messages::parse_or_text(&text),
        other => other,
    }
}
