//! Small readings of JSON values.

use crate::json_bounds::is_too_deep;
use serde_json::{Map, Value};

/// JSON objects and lists are parsed, anything else stays the text it is: a model may write invalid JSON as arguments, or nest it
/// deeper than can be kept.
pub(crate) fn parse_or_text(text: &str) -> Value {
    let looks_structured = matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['));
    if looks_structured
        && let Ok(value) = serde_json::from_str(text)
        && !is_too_deep(&value)
    {
        return value;
    }
    Value::String(text.to_owned())
}

/// Arguments may come parsed or as JSON text.
pub(super) fn arguments(value: Option<Value>) -> Value {
    match value {
        Some(Value::String(text)) => parse_or_text(&text),
        Some(value) => value,
        None => Value::Null,
    }
}

/// Takes a text field; numbers become text, anything else (and null) is absent.
pub(super) fn take_text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.remove(name)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The media class of a MIME type: `image/png` → `image`.
pub(crate) fn media_class(mime_type: Option<&str>) -> &'static str {
    match mime_type.and_then(|mime| mime.split('/').next()) {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "file",
    }
}

/// Inline data as a data URI.
pub(super) fn data_uri(mime_type: Option<&str>, base64: &str) -> String {
    format!("data:{};base64,{base64}", mime_type.unwrap_or("application/octet-stream"))
}
