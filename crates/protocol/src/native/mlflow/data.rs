//! `traces.json`: the spans of a trace as an artifact, with ids in base64. They are read as the OTLP that they were.

use crate::{
    DecodeError, IngestContext, Normalised,
    ids::hex_text,
    otlp::{self, Encoding},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::telemetry::Span;
use serde_json::{Map, Value, json};

/// The scope of the tracer, which the artifact does not tell.
const SCOPE: &str = "mlflow.tracing.provider";

/// `{"spans": […]}`. Of MLflow before version 3, whose spans had another shape, nothing is read.
pub fn read_trace_data(body: &[u8], context: &IngestContext) -> Result<Normalised<Span>, DecodeError> {
    crate::check_json_values(body)?;
    let mut body: Value = serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))?;
    let Some(Value::Array(spans)) = body.get_mut("spans").map(Value::take) else {
        return Err(DecodeError::malformed("expected a list in spans"));
    };
    let spans: Vec<Value> = spans.into_iter().map(span).collect();
    let request = json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": SCOPE}, "spans": spans}]}]});
    let request = otlp::decode_traces(request.to_string().into(), Encoding::Json)?;
    Ok(otlp::spans(request, context))
}

fn span(span: Value) -> Value {
    let take = |name: &str| span.get(name).cloned().unwrap_or_default();
    let status = take("status");
    let code = match status.get("code").and_then(Value::as_str) {
        Some("STATUS_CODE_OK") => 1,
        Some("STATUS_CODE_ERROR") => 2,
        _ => 0,
    };
    json!({
        "traceId": id(&take("trace_id")), "spanId": id(&take("span_id")), "parentSpanId": id(&take("parent_span_id")),
        "name": take("name").as_str().unwrap_or_default(),
        "startTimeUnixNano": take("start_time_unix_nano"), "endTimeUnixNano": take("end_time_unix_nano"),
        "status": {"code": code, "message": status.get("message").and_then(Value::as_str).unwrap_or_default()},
        "attributes": attributes(take("attributes")),
        "events": items(take("events")).map(event).collect::<Vec<_>>(),
        "links": items(take("links")).map(link).collect::<Vec<_>>(),
    })
}

fn event(event: Value) -> Value {
    json!({
        "name": event.get("name").and_then(Value::as_str).unwrap_or_default(),
        "timeUnixNano": event.get("time_unix_nano").cloned().unwrap_or_default(),
        "attributes": attributes(event.get("attributes").cloned().unwrap_or_default()),
    })
}

fn link(link: Value) -> Value {
    let take = |name: &str| link.get(name).cloned().unwrap_or_default();
    json!({"traceId": id(&take("trace_id")), "spanId": id(&take("span_id")), "attributes": attributes(take("attributes"))})
}

fn items(value: Value) -> impl Iterator<Item = Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
    .into_iter()
}

/// In hex; what is no base64 stays as it is, and is refused with the row.
fn id(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    STANDARD.decode(text).map_or_else(|_| text.to_owned(), |bytes| hex_text(&bytes))
}

fn attributes(value: Value) -> Vec<Value> {
    let Value::Object(fields) = value else { return Vec::new() };
    fields.into_iter().map(|(key, value)| json!({"key": key, "value": any_value(value)})).collect()
}

fn any_value(value: Value) -> Value {
    match value {
        Value::Null => Value::Object(Map::new()),
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Number(number) if number.is_i64() => json!({"intValue": number}),
        Value::Number(number) => json!({"doubleValue": number}),
        Value::String(text) => json!({"stringValue": text}),
        Value::Array(items) => json!({"arrayValue": {"values": items.into_iter().map(any_value).collect::<Vec<_>>()}}),
        object => json!({"kvlistValue": {"values": attributes(object)}}),
    }
}
