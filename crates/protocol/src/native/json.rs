//! Small readings of JSON that protocols of clients share.

use serde_json::{Map, Value};

/// Text that is not empty, or a number as text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Takes a field that is text, or a number as text; leaves anything else where it is.
pub(crate) fn take_text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    let text = text_of(fields.get(name)?)?;
    fields.remove(name);
    Some(text)
}

/// Takes a field that is an object; leaves anything else where it is.
pub(crate) fn take_object(fields: &mut Map<String, Value>, name: &str) -> Option<Map<String, Value>> {
    if !fields.get(name)?.is_object() {
        return None;
    }
    match fields.remove(name) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// Objects that hold only nulls are defaults that nobody set.
pub(crate) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(fields) => fields.values().any(says_something),
        _ => true,
    }
}
