//! Taking the fields of a request or an answer, so that what nobody takes is kept.

use crate::json_bounds::is_too_deep;
use model::telemetry::Attributes;
use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// Takes the first of these fields that is there and not null.
pub(super) fn take(object: &mut Object, names: &[&str]) -> Option<Value> {
    names.iter().find_map(|name| object.remove(*name).filter(|value| !value.is_null()))
}

/// Takes the first of these fields that is text; others stay.
pub(super) fn take_text(object: &mut Object, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get_mut(*name) {
        Some(Value::String(text)) => {
            let text = std::mem::take(text);
            object.remove(*name);
            Some(text)
        }
        _ => None,
    })
}

pub(super) fn take_object(object: &mut Object, names: &[&str]) -> Option<Object> {
    names.iter().find_map(|name| match object.get(*name) {
        Some(Value::Object(_)) => match object.remove(*name) {
            Some(Value::Object(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    })
}

pub(super) fn take_array(object: &mut Object, names: &[&str]) -> Option<Vec<Value>> {
    names.iter().find_map(|name| match object.get(*name) {
        Some(Value::Array(_)) => match object.remove(*name) {
            Some(Value::Array(items)) => Some(items),
            _ => None,
        },
        _ => None,
    })
}

/// Nothing is said by null, and by a list or an object of nothing.
pub(super) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(says_nothing),
        _ => false,
    }
}

/// What is left, as attributes. A value nested deeper than can be kept becomes text.
pub(super) fn rest(object: Object, prefix: &str) -> Attributes {
    let kept = object.into_iter().filter(|(_, value)| !says_nothing(value));
    kept.map(|(name, value)| (format!("{prefix}{name}"), if is_too_deep(&value) { Value::String(value.to_string()) } else { value }))
        .collect()
}
