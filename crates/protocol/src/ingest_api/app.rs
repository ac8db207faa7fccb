//! `POST /api/v1/ingest/app`: one application log record.

use super::fields::Fields;
use crate::{IngestContext, RowError, rules::check_time};
use model::telemetry::{Incoming, Level, LogRecord};
use serde_json::Value;

/// Reads one log record. It has no id, so it is always stored.
pub fn app_log(value: Value, context: &IngestContext) -> Result<Incoming<LogRecord>, RowError> {
    let mut fields = Fields::read(value)?;
    let timestamp = fields.timestamp()?.unwrap_or(context.received_at);
    check_time("timestamp", timestamp, context)?;
    let level = fields.required_label("level")?;
    let level = Level::from_name(&level).ok_or_else(|| RowError::new("level", "expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL"))?;
    let message = fields.text("message")?.ok_or_else(|| RowError::new("message", "expected a string; this field is required"))?;
    let logger = fields.label("logger")?;
    let service = fields.label("service")?;
    let trace = fields.trace_id()?;
    let span = fields.span_id("span_id")?;
    let session_id = fields.label("session_id")?;
    let user_id = fields.label("user_id")?;
    let mut attributes = fields.object("attributes")?;
    // A known name in `attributes` wins over an unknown field beside it.
    for (name, value) in fields.rest() {
        attributes.entry(name).or_insert(value);
    }
    let natives =
        [("native_trace_id", trace.as_ref().and_then(|id| id.1.clone())), ("native_span_id", span.as_ref().and_then(|id| id.1.clone()))];
    attributes.extend(natives.into_iter().filter_map(|(name, native)| Some((name.to_owned(), Value::String(native?)))));
    let row = LogRecord {
        timestamp,
        observed_time: None,
        level,
        message,
        logger,
        service,
        trace_id: trace.map(|id| id.0),
        span_id: span.map(|id| id.0),
        session_id,
        user_id,
        attributes,
        ingest_time: context.received_at,
    };
    Ok(Incoming::new(row, None))
}
