//! `metadata`, one JSON object as text, and tags: context that clients put on every span, also on those of other instrumentations.

use super::{Draft, payload::object};
use crate::messages::parse_or_text;
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if let Ok(Some(fields)) = attributes.take_checked("metadata", object) {
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
            span.payload.metadata.entry(name).or_insert(value);
        }
    }
    if span.tags.is_empty()
        && let Ok(Some(tags)) = attributes.take_checked("tag.tags", texts)
    {
        span.tags = tags;
    }
}

/// A list of texts, or such a list as JSON.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(text) => match parse_or_text(text) {
            Value::String(_) => None,
            list => texts(&list),
        },
        _ => None,
    }
}
