//! OTLP log records → the record's logs.

use super::{
    LogsRequest,
    attributes::{AttributeSet, optional_text, to_json},
    decode::row_count,
    ids::{is_unset, span_id, trace_id},
    resource::{GroupReader, ResourceFacts},
    wire,
};
use crate::{
    IngestContext, Normalised, RowError,
    ids::digest,
    rules::{check_time, from_unix_nanos, shared_bytes_per_row},
};
use model::{
    Timestamp,
    telemetry::{Attributes, Incoming, Level, LogRecord},
};
use serde_json::Value;

/// Rows of a request, in arrival order. Bad records are rejected one by one.
pub fn log_records(request: LogsRequest, context: &IngestContext) -> Normalised<LogRecord> {
    let mut normalised = Normalised::default();
    let mut index: usize = 0;
    let mut reader = GroupReader::new(shared_bytes_per_row(row_count(&request.groups)));
    for group in request.groups {
        let (facts, _) = reader.read(&group.resource, &group.scope);
        for row in group.rows {
            let mut hasher = blake3::Hasher::new();
            hasher.update(request.body_hash.as_bytes()).update(&index.to_le_bytes());
            let outcome = row.and_then(|record| read_record(record, &facts, context)).map(|row| Incoming::new(row, Some(digest(&hasher))));
            normalised.push(index, outcome);
            index += 1;
        }
    }
    normalised
}

fn read_record(wire: wire::LogRecord, facts: &ResourceFacts, context: &IngestContext) -> Result<LogRecord, RowError> {
    let mut attributes = AttributeSet::new(wire.attributes);
    let mut repaired = facts.repaired;
    let observed_time = from_unix_nanos(wire.observed_time_unix_nano);
    let timestamp = from_unix_nanos(wire.time_unix_nano).or(observed_time).or_else(|| event_timestamp(&mut attributes));
    let timestamp = timestamp.unwrap_or(context.received_at);
    check_time("time_unix_nano", timestamp, context)?;
    let trace = if is_unset(&wire.trace_id) { None } else { Some(trace_id("trace_id", &wire.trace_id)?) };
    let span = if is_unset(&wire.span_id) { None } else { Some(span_id("span_id", &wire.span_id)?) };

    // Some clients write where in their source the event was made as its name, and the name as an attribute.
    let field_name = optional_text(&wire.event_name, &mut repaired);
    let event_name = attributes.take_text("event.name").or_else(|| field_name.clone());
    let body = wire.body.and_then(|body| body.value).map(|body| to_json(body, &mut repaired));
    let severity_text = optional_text(&wire.severity_text, &mut repaired);
    let level = Level::from_severity_number(wire.severity_number)
        .or_else(|| severity_text.as_deref().and_then(Level::from_name))
        .unwrap_or_default();

    let mut rest: Attributes = facts.rest.clone();
    let message = match (&event_name, body) {
        (_, Some(Value::String(text))) => text,
        // A structured body is data: it is kept as such, and the event's name is what a reader sees.
        (Some(name), Some(body)) => {
            rest.insert("body".to_owned(), body);
            name.clone()
        }
        (None, Some(body)) => body.to_string(),
        (Some(name), None) => name.clone(),
        (None, None) => String::new(),
    };
    rest.extend(
        field_name.filter(|name| event_name.as_ref() != Some(name)).map(|name| ("otel.event_name".to_owned(), Value::String(name))),
    );
    rest.extend(event_name.map(|name| ("event.name".to_owned(), Value::String(name))));
    // The sender's own word for the level, where it is not ours.
    rest.extend(
        severity_text.filter(|text| Level::from_name(text) != Some(level)).map(|text| ("severity_text".to_owned(), Value::String(text))),
    );
    rest.extend(native(trace.as_ref().and_then(|id| id.native.clone()), "native_trace_id"));
    rest.extend(native(span.as_ref().and_then(|id| id.native.clone()), "native_span_id"));

    let record = LogRecord {
        timestamp,
        observed_time,
        level,
        message,
        logger: attributes.take_text("logger.name").or_else(|| facts.scope_name.clone()),
        service: attributes.take_text("service.name").or_else(|| facts.service.clone()),
        trace_id: trace.map(|id| id.id),
        span_id: span.map(|id| id.id),
        session_id: attributes
            .take_first_text(&["gen_ai.conversation.id", "session.id", "conversation.id"])
            .or_else(|| facts.session.clone()),
        user_id: attributes.take_first_text(&["user.id", "enduser.id"]).or_else(|| facts.user.clone()),
        attributes: rest,
        ingest_time: context.received_at,
    };
    Ok(with_rest(record, attributes, repaired, facts))
}

fn with_rest(mut record: LogRecord, attributes: AttributeSet, mut repaired: bool, facts: &ResourceFacts) -> LogRecord {
    repaired |= attributes.into_rest(&mut record.attributes);
    let own = [("environment", &facts.environment), ("release", &facts.release)];
    for (name, value) in own {
        record.attributes.extend(value.clone().map(|value| (name.to_owned(), Value::String(value))));
    }
    if repaired {
        record.attributes.insert("quality".to_owned(), Value::from("invalid_utf8"));
    }
    record
}

fn native(id: Option<String>, name: &str) -> Option<(String, Value)> {
    id.map(|id| (name.to_owned(), Value::String(id)))
}

/// Some clients leave the record's times empty and write the time as text.
fn event_timestamp(attributes: &mut AttributeSet) -> Option<Timestamp> {
    attributes.take_checked("event.timestamp", |value| value.as_str()?.parse().ok()).ok().flatten()
}
