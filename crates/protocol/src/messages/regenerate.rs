//! The original text of a message attribute, rebuilt from the canonical form. While a row is read the same writer is run against
//! the original instead of into a string, so that an original that can be rebuilt byte for byte is not stored.

use self::style::Shape;
use model::telemetry::{Message, Part};
use serde_json::{Value, json};

mod style;
mod writer;

pub(crate) use style::Style;
use writer::{Compare, Sink, write_string, write_value};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegenerateError {
    #[error("unknown style of an original: {0}")]
    UnknownStyle(String),
    #[error("the messages have no form in this style")]
    NotRepresentable,
}

/// The text of a message attribute. `marker` is its entry in `originals`: a text is the original itself, `{"style": …}` says how to
/// write it.
pub fn regenerate(messages: &[Message], marker: &Value) -> Result<String, RegenerateError> {
    let Some(style) = read_marker(marker)? else { return Ok(stored_text(marker)) };
    let mut text = String::new();
    if write_conversation(messages, style, &mut text) { Ok(text) } else { Err(RegenerateError::NotRepresentable) }
}

/// The text of an attribute that holds one JSON value (tool definitions, arguments, results).
pub fn regenerate_value(value: &Value, marker: &Value) -> Result<String, RegenerateError> {
    let Some(style) = read_marker(marker)? else { return Ok(stored_text(marker)) };
    let mut text = String::new();
    if write_single(value, style, &mut text) { Ok(text) } else { Err(RegenerateError::NotRepresentable) }
}

fn stored_text(original: &Value) -> String {
    original.as_str().map_or_else(|| original.to_string(), str::to_owned)
}

/// `None`: the original is stored itself.
fn read_marker(marker: &Value) -> Result<Option<Style>, RegenerateError> {
    let Some(name) = marker.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("style")?.as_str()) else {
        return Ok(None);
    };
    // A structure has no writing of its own; the compact one stands for it.
    let name = if name == STRUCTURED { "compact" } else { name };
    Style::from_name(name).map(Some).ok_or_else(|| RegenerateError::UnknownStyle(name.to_owned()))
}

/// What `originals` keeps of a conversation: the style if that is enough, the text if not.
pub(crate) fn original_of_messages(messages: &[Message], original: &str) -> Value {
    original_by(original, |style, compare| write_conversation(messages, style, compare), &[Shape::Messages])
}

/// What `originals` keeps of system instructions, which may be written as bare parts.
pub(crate) fn original_of_instructions(messages: &[Message], original: &str) -> Value {
    original_by(original, |style, compare| write_conversation(messages, style, compare), &[Shape::Parts, Shape::Messages])
}

/// What `originals` keeps of a conversation that came as a structure, not as text.
pub(crate) fn original_of_structure(messages: &[Message], original: Value) -> Value {
    let style = Style { shape: Shape::Messages, spaced: false, ascii: false, type_last: false };
    let mut text = String::new();
    let rebuilt = write_conversation(messages, style, &mut text).then(|| serde_json::from_str::<Value>(&text).ok()).flatten();
    if rebuilt.as_ref() == Some(&original) { json!({"style": STRUCTURED}) } else { original }
}

/// What `originals` keeps of a single value.
pub(crate) fn original_of_value(value: &Value, original: &str) -> Value {
    original_by(original, |style, compare| write_single(value, style, compare), &[Shape::Messages])
}

/// The mark of an attribute that is plain text in the canonical form as well.
pub(crate) fn text_marker() -> Value {
    marker(Style::TEXT)
}

/// The attribute was a structure with the fields that the schema names: the messages are all there is to it.
const STRUCTURED: &str = "structured";

fn marker(style: Style) -> Value {
    json!({"style": style.name()})
}

fn original_by(original: &str, write: impl Fn(Style, &mut Compare<'_>) -> bool, shapes: &[Shape]) -> Value {
    let is_structured = original.starts_with(['[', '{']);
    let structured = shapes.iter().filter(|_| is_structured).map(|shape| Style::sniff(original, *shape));
    for style in structured.chain([Style::TEXT]) {
        let mut compare = Compare::new(original);
        if write(style, &mut compare) && compare.is_complete() {
            return marker(style);
        }
    }
    Value::String(original.to_owned())
}

fn write_conversation<S: Sink>(messages: &[Message], style: Style, sink: &mut S) -> bool {
    match style.shape {
        Shape::Text => match messages {
            [Message { parts, name: None, finish_reason: None, .. }] => match parts.as_slice() {
                [Part::Text { text }] => sink.put(text),
                _ => false,
            },
            _ => false,
        },
        Shape::Parts => match messages {
            [Message { parts, name: None, finish_reason: None, .. }] => write_parts(parts, style, sink),
            _ => false,
        },
        Shape::Messages => {
            let mut first = true;
            sink.put("[")
                && messages.iter().all(|message| {
                    let separated = std::mem::take(&mut first) || sink.put(style.comma());
                    separated && write_message(message, style, sink)
                })
                && sink.put("]")
        }
    }
}

fn write_message<S: Sink>(message: &Message, style: Style, sink: &mut S) -> bool {
    let text_field = |sink: &mut S, name: &str, text: &Option<String>| match text {
        Some(text) => sink.put(style.comma()) && key(sink, name, style) && write_string(sink, text, style.ascii),
        None => true,
    };
    sink.put("{")
        && key(sink, "role", style)
        && write_string(sink, &message.role, style.ascii)
        && sink.put(style.comma())
        && key(sink, "parts", style)
        && write_parts(&message.parts, style, sink)
        && text_field(sink, "name", &message.name)
        && text_field(sink, "finish_reason", &message.finish_reason)
        && sink.put("}")
}

fn key<S: Sink>(sink: &mut S, name: &str, style: Style) -> bool {
    sink.put("\"") && sink.put(name) && sink.put(style.colon())
}

fn write_parts<S: Sink>(parts: &[Part], style: Style, sink: &mut S) -> bool {
    let mut first = true;
    sink.put("[")
        && parts.iter().all(|part| (std::mem::take(&mut first) || sink.put(style.comma())) && write_part(part, style, sink))
        && sink.put("]")
}

/// A field of a part, on its way out.
enum Field<'a> {
    Text(&'a str),
    Json(&'a Value),
}

fn write_part<S: Sink>(part: &Part, style: Style, sink: &mut S) -> bool {
    use Field::{Json, Text};
    let optional = |name: &'static str, text: &'_ Option<String>| text.as_deref().map(|text| (name, text.to_owned()));
    match part {
        Part::Text { text } => write_fields("text", &[("content", Text(text))], style, sink),
        Part::Reasoning { text } => write_fields("reasoning", &[("content", Text(text))], style, sink),
        Part::Refusal { text } => write_fields("refusal", &[("content", Text(text))], style, sink),
        Part::ToolCall { id: Some(id), name, arguments } if style.type_last => {
            write_fields("tool_call", &[("arguments", Json(arguments)), ("name", Text(name)), ("id", Text(id))], style, sink)
        }
        Part::ToolCall { id: Some(id), name, arguments } => {
            write_fields("tool_call", &[("id", Text(id)), ("name", Text(name)), ("arguments", Json(arguments))], style, sink)
        }
        Part::ToolCall { id: None, name, arguments } => {
            write_fields("tool_call", &[("name", Text(name)), ("arguments", Json(arguments))], style, sink)
        }
        Part::ToolResult { id: Some(id), result } if style.type_last => {
            write_fields("tool_call_response", &[("response", Json(result)), ("id", Text(id))], style, sink)
        }
        Part::ToolResult { id: Some(id), result } => {
            write_fields("tool_call_response", &[("id", Text(id)), ("response", Json(result))], style, sink)
        }
        Part::ToolResult { id: None, result } => write_fields("tool_call_response", &[("response", Json(result))], style, sink),
        Part::Media { media, mime_type, uri } => {
            let mime_type = optional("mime_type", mime_type);
            let (kind, name, payload) = match uri.split_once(";base64,") {
                Some((_, data)) if uri.starts_with("data:") => ("blob", "content", data),
                _ if uri.contains(':') => ("uri", "uri", uri.as_str()),
                _ => ("file", "file_id", uri.as_str()),
            };
            let mut fields: Vec<(&str, Field<'_>)> = mime_type.iter().map(|(name, text)| (*name, Text(text))).collect();
            fields.extend([("modality", Text(media)), (name, Text(payload))]);
            write_fields(kind, &fields, style, sink)
        }
        Part::Other { value } => write_value(sink, value, style),
    }
}

fn write_fields<S: Sink>(kind: &str, fields: &[(&str, Field<'_>)], style: Style, sink: &mut S) -> bool {
    let write_field = |sink: &mut S, (name, field): &(&str, Field<'_>)| {
        key(sink, name, style)
            && match field {
                Field::Text(text) => write_string(sink, text, style.ascii),
                Field::Json(value) => write_value(sink, value, style),
            }
    };
    let write_type = |sink: &mut S| key(sink, "type", style) && write_string(sink, kind, style.ascii);
    let comma = style.comma();
    sink.put("{")
        && if style.type_last {
            fields.iter().all(|field| write_field(sink, field) && sink.put(comma)) && write_type(sink)
        } else {
            write_type(sink) && fields.iter().all(|field| sink.put(comma) && write_field(sink, field))
        }
        && sink.put("}")
}

fn write_single<S: Sink>(value: &Value, style: Style, sink: &mut S) -> bool {
    match (style.shape, value) {
        (Shape::Text, Value::String(text)) => sink.put(text),
        (Shape::Text, _) => false,
        _ => write_value(sink, value, style),
    }
}

#[cfg(test)]
mod tests;
