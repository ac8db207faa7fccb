//! What the decorators say: workflows, tasks, agents and tools with what went in and came out, and properties on every span.

use super::super::{
    Draft,
    payload::{said, take_value_text},
};
use crate::messages::{parse_or_text, regenerate, text_message};
use model::telemetry::{Attributes, Message, Part, SpanKind};
use serde_json::Value;

const PROPERTIES: &str = "traceloop.association.properties.";
const INPUT: &str = "traceloop.entity.input";
const OUTPUT: &str = "traceloop.entity.output";

pub(super) fn read(draft: &mut Draft) {
    read_kind(draft);
    read_properties(draft);
    let Draft { span, attributes, .. } = draft;
    attributes.fill_text(&mut span.prompt_name, &["traceloop.prompt.key"]);
    attributes.fill_text(&mut span.prompt_version, &["traceloop.prompt.version", "traceloop.prompt.version_name"]);
    if let Some(text) = take_value_text(attributes, INPUT) {
        let input = input(&text, span.kind, span.tool.as_deref());
        span.payload.originals.insert(INPUT.to_owned(), original(&input, &text));
        span.payload.input.get_or_insert(input);
    }
    if let Some(text) = take_value_text(attributes, OUTPUT) {
        let output = output(&text, span.kind);
        span.payload.originals.insert(OUTPUT.to_owned(), original(&output, &text));
        span.payload.output.get_or_insert(output);
    }
}

fn read_kind(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let Some(name) = attributes.text("traceloop.span.kind") else { return };
    let kind = match name.as_str() {
        "workflow" => SpanKind::Workflow,
        "task" => SpanKind::Chain,
        "agent" => SpanKind::Agent,
        "tool" => SpanKind::Tool,
        "unknown" => SpanKind::Other,
        _ => return,
    };
    if span.kind == SpanKind::Other {
        span.kind = kind;
    }
    attributes.take("traceloop.span.kind");
    match kind {
        SpanKind::Tool => attributes.fill_text(&mut span.tool, &["gen_ai.tool.name", "traceloop.entity.name"]),
        SpanKind::Agent => attributes.fill_text(&mut span.agent, &["gen_ai.agent.name", "traceloop.entity.name"]),
        _ => {}
    }
}

fn read_properties(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let mut properties = Attributes::new();
    attributes.take_prefixed(PROPERTIES, &mut properties);
    fill_from(&mut span.session_id, &mut properties, &["session_id", "thread_id", "conversation_id"]);
    fill_from(&mut span.user_id, &mut properties, &["user_id"]);
    for (name, value) in properties {
        span.payload.metadata.entry(name).or_insert(value);
    }
}

fn fill_from(slot: &mut Option<String>, properties: &mut Attributes, names: &[&str]) {
    for name in names {
        let Some(text) = properties.get(*name).and_then(Value::as_str).filter(|text| !text.is_empty()) else { continue };
        let known = slot.get_or_insert_with(|| text.to_owned());
        if known == text {
            properties.remove(*name);
        }
    }
}

/// Arguments of a function as `{args: […], kwargs: {…}}`.
fn input(text: &str, kind: SpanKind, tool: Option<&str>) -> Vec<Message> {
    if kind == SpanKind::Tool {
        let arguments = named_arguments(parse_or_text(text));
        return said("assistant", Part::ToolCall { id: None, name: tool.unwrap_or_default().to_owned(), arguments }).unwrap_or_default();
    }
    vec![text_message("user", text.to_owned())]
}

/// Named arguments alone are what a model would have written.
fn named_arguments(value: Value) -> Value {
    let has_positional = value.get("args").and_then(Value::as_array).is_none_or(|args| !args.is_empty());
    match value {
        Value::Object(mut fields) if !has_positional && fields.len() == 2 => match fields.remove("kwargs") {
            Some(named @ Value::Object(_)) => named,
            other => {
                fields.extend(other.map(|other| ("kwargs".to_owned(), other)));
                Value::Object(fields)
            }
        },
        other => other,
    }
}

/// A result is written as JSON, texts too.
fn output(text: &str, kind: SpanKind) -> Vec<Message> {
    let value = match serde_json::from_str(text) {
        Ok(Value::String(inner)) => Value::String(inner),
        _ => parse_or_text(text),
    };
    if kind == SpanKind::Tool {
        return said("tool", Part::ToolResult { id: None, result: value }).unwrap_or_default();
    }
    let text = match value {
        Value::String(inner) => inner,
        _ => text.to_owned(),
    };
    vec![text_message("assistant", text)]
}

/// What is kept of the text, given what became of it.
fn original(messages: &[Message], text: &str) -> Value {
    match messages.first().and_then(|message| message.parts.first()) {
        Some(Part::ToolCall { arguments: value, .. } | Part::ToolResult { result: value, .. }) => {
            regenerate::original_of_value(value, text)
        }
        _ => regenerate::original_of_messages(messages, text),
    }
}
