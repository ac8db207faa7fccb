//! `{message, data}`: where it failed, and with what.

use model::telemetry::{Span, Status};
use serde_json::{Map, Value};

pub(super) fn read(span: &mut Span, error: Option<Value>) {
    let Some(Value::Object(mut error)) = error else { return };
    let text = |value: Option<Value>| match value {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    span.status = Status::Error;
    span.error_type = text(error.remove("message"));
    span.error_message = match error.remove("data") {
        Some(Value::Object(data)) => Some(details(data)),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    };
}

/// Most often `{error}`, and the tool's name beside it.
fn details(data: Map<String, Value>) -> String {
    match data.get("error").and_then(Value::as_str) {
        Some(error) => error.to_owned(),
        None => Value::Object(data).to_string(),
    }
}
