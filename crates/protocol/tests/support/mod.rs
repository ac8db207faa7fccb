//! Shared by the tests of this crate.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod captures;

use model::telemetry::Span;
use protocol::{
    IngestContext,
    native::SpanReport,
    otlp::{self, Encoding},
};
use serde_json::{Value, json};

/// The evening of the day on which the fixtures were recorded.
pub(crate) fn context() -> IngestContext {
    IngestContext { received_at: "2026-11-23T20:00:00Z".parse().unwrap(), retention_floor: None }
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    recorded("otlp", name)
}

/// A body that an SDK with a protocol of its own sent.
pub(crate) fn capture(name: &str) -> Vec<u8> {
    recorded("captures", name)
}

fn recorded(folder: &str, name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One span per reported one, as the server puts reports together.
pub(crate) fn together(reports: Vec<SpanReport>) -> Vec<Span> {
    let mut merged: Vec<SpanReport> = Vec::new();
    for mut report in reports {
        match merged.iter_mut().find(|known| (known.span.trace_id, known.span.span_id) == (report.span.trace_id, report.span.span_id)) {
            Some(known) => {
                if !report.start_known {
                    report.span.start_time = known.span.start_time;
                }
                known.span.amend(report.span);
                known.start_known |= report.start_known;
                if let Some(end) = known.span.end_time {
                    known.span.end_at(end);
                }
            }
            None => merged.push(report),
        }
    }
    merged.into_iter().map(|report| report.span).collect()
}

/// One OTLP JSON span: attributes as an object of plain values, events as `[name, attributes]`.
pub(crate) fn span_from_json(attributes: Value, events: Value, name: &str) -> Span {
    span_in(attributes, events, name, json!({}))
}

/// The same of an instrumentation scope.
pub(crate) fn span_of_scope(attributes: Value, scope: &str) -> Span {
    span_in(attributes, json!([]), "test span", json!({"name": scope}))
}

fn span_in(attributes: Value, events: Value, name: &str, scope: Value) -> Span {
    let start: u64 = 1_795_420_000_000_000_000;
    let events: Vec<Value> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| json!({"name": event[0], "timeUnixNano": start.to_string(), "attributes": key_values(&event[1])}))
        .collect();
    let span = json!({
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": name, "events": events,
        "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + 1_000_000).to_string(), "attributes": key_values(&attributes),
    });
    let body = json!({"resourceSpans": [{"scopeSpans": [{"scope": scope, "spans": [span]}]}]}).to_string();
    let mut normalised = otlp::spans(otlp::decode_traces(body.into(), Encoding::Json).unwrap(), &context());
    assert_eq!(normalised.rejected, []);
    normalised.rows.remove(0).row
}

fn key_values(attributes: &Value) -> Value {
    attributes.as_object().unwrap().iter().map(|(name, value)| json!({"key": name, "value": any_value(value)})).collect()
}

fn any_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::String(text) => json!({"stringValue": text}),
        Value::Array(items) => json!({"arrayValue": {"values": items.iter().map(any_value).collect::<Vec<_>>()}}),
        object => json!({"kvlistValue": {"values": key_values(object)}}),
    }
}
