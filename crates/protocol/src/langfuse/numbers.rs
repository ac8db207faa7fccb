//! What a report says in numbers, put into a span.

use super::reported_cost;
use model::{
    Money,
    telemetry::{Span, Status},
};
use serde_json::{Map, Value};

/// Puts a reported cost into a span that has none. Its parts stay an attribute of this name: the record has only the total.
pub(crate) fn set_cost(span: &mut Span, details: Map<String, Value>, name: &str) {
    let reported = reported_cost(&details);
    // The SDKs' own word about a call that failed is zero, whatever it cost.
    let is_placeholder = span.status == Status::Error && span.usage.is_unknown() && reported == Some(Money::ZERO);
    if !is_placeholder && span.cost.reported_usd.is_none() {
        span.cost.reported_usd = reported;
    }
    let says_more = details.keys().any(|key| key != super::cost::TOTAL);
    if says_more || is_placeholder || reported.is_none() {
        span.payload.attributes.insert(name.to_owned(), Value::Object(details));
    }
}

/// Whether a parameter of a model was told: the SDKs write an endless limit, or an empty text, for those that were not.
pub(crate) fn is_told(name: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) if name == "max_tokens" => !matches!(text.as_str(), "inf" | "Infinity" | ""),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}
