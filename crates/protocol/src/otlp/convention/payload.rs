//! Pieces of payloads that several conventions write alike: values that are JSON or text, tool calls and their results, documents.

use crate::{
    messages::{parse_or_text, regenerate},
    otlp::{attributes::AttributeSet, wire::any_value::Value as Wire},
};
use model::telemetry::{Attributes, Message, Part};
use serde_json::{Map, Value};

/// A value that is JSON or text; as text its writing is remembered.
pub(super) fn take_value(attributes: &mut AttributeSet, name: &str, originals: &mut Attributes) -> Option<Value> {
    match attributes.take(name)? {
        Wire::String(bytes) => {
            let text = attributes.read_text(&bytes);
            let value = parse_or_text(&text);
            originals.insert(name.to_owned(), regenerate::original_of_value(&value, &text));
            Some(value)
        }
        structured => Some(attributes.read_json(structured)),
    }
}

/// The text of a value; a structure as its JSON. `None` when there is none.
pub(super) fn take_value_text(attributes: &mut AttributeSet, name: &str) -> Option<String> {
    let text = match attributes.take(name)? {
        Wire::String(bytes) => attributes.read_text(&bytes).into_owned(),
        structured => attributes.read_json(structured).to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// One message of one part.
pub(super) fn said(role: &str, part: Part) -> Option<Vec<Message>> {
    Some(vec![Message { role: role.to_owned(), parts: vec![part], name: None, finish_reason: None }])
}

/// An object, or one as JSON text.
pub(super) fn object(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(fields) => Some(fields.clone()),
        Value::String(text) => match parse_or_text(text) {
            Value::Object(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}
