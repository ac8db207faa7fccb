//! A provider's error, whole or inside a stream.

use crate::provider::fields::{Object, take_text};
use model::telemetry::{Attributes, Span};
use serde_json::Value;

/// Why a call failed, in the provider's words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderError {
    /// OpenAI's and Anthropic's `type`, Gemini's `status`, else the code.
    pub kind: Option<String>,
    pub message: Option<String>,
    /// What else it says, as `error.<name>`.
    pub details: Attributes,
}

impl ProviderError {
    /// Tells the span what it does not know yet.
    pub fn fill(self, span: &mut Span) {
        span.error_type = span.error_type.take().or(self.kind);
        span.error_message = span.error_message.take().or(self.message);
        for (name, value) in self.details {
            span.payload.attributes.entry(name).or_insert(value);
        }
    }
}

/// `{"error": {…}}`, `{"error": "text"}`, or OpenAI's event `{"type": "error", "message": …}`.
pub(super) fn is_error(body: &Object) -> bool {
    body.get("error").is_some_and(|error| error.is_object() || error.is_string())
        || body.get("type").is_some_and(|kind| kind == "error") && body.contains_key("message")
}

pub(super) fn take(body: &mut Object) -> Option<ProviderError> {
    if !is_error(body) {
        return None;
    }
    let mut fields = match body.remove("error") {
        Some(Value::Object(fields)) => fields,
        Some(Value::String(message)) => return Some(ProviderError { message: Some(message), ..ProviderError::default() }),
        _ => {
            // The event's own type says only that it is one.
            body.remove("type");
            ["message", "code", "param"].iter().filter_map(|name| body.remove_entry(*name)).collect()
        }
    };
    let kind = take_text(&mut fields, &["type", "status"]);
    let message = take_text(&mut fields, &["message"]);
    let code = fields.get("code").and_then(|code| code.as_str().map(str::to_owned).or_else(|| code.as_u64().map(|code| code.to_string())));
    let details = crate::provider::fields::rest(fields, "error.");
    Some(ProviderError { kind: kind.or(code), message, details })
}
