//! What traces and spans have in common.

use super::{CONVENTION, PROJECT_ATTRIBUTE, PROJECT_ID_ATTRIBUTE, UPDATED_ATTRIBUTE, fields::Fields, project_id};
use crate::{
    IngestContext, RowError,
    ids::uuid_time,
    native::SpanReport,
    rules::check_time,
    secrets::{SECRET_REMOVED, remove_secrets},
};
use model::{
    SpanId, TraceId,
    telemetry::{Attributes, Span, SpanEvent, Status},
};
use serde_json::Value;

/// Under which ids a report is stored.
pub(super) struct Ids {
    pub trace: TraceId,
    pub span: SpanId,
    pub native: String,
}

/// A span with its times, state, origin and labels. Without a start the report is an update, at the best guess of a time.
pub(super) fn begin(fields: &mut Fields, ids: Ids, context: &IngestContext) -> Result<SpanReport, RowError> {
    let (told_start, end) = (fields.time("start_time"), fields.time("end_time"));
    let start = told_start.or_else(|| uuid_time(&ids.native)).or(end).unwrap_or(context.received_at);
    check_time("start_time", start, context)?;
    let mut span = Span::new(ids.trace, ids.span, fields.text("name").unwrap_or_default(), start);
    span.native_id = Some(ids.native);
    span.ingest_time = context.received_at;
    span.source.convention = CONVENTION.to_owned();
    match end {
        Some(end) => {
            span.end_at(end);
            span.status = Status::Ok;
        }
        // Also for an update: a report that does not tell the end does not end what another one has ended.
        None => span.running = true,
    }
    read_error(&mut span, fields);
    span.tags = fields.labels("tags");
    span.environment = fields.text("environment");
    span.time_to_first_token_ms = fields.number("ttft");
    read_metadata(&mut span, fields);
    let attributes = &mut span.payload.attributes;
    if let Some(project) = fields.text("project_name") {
        attributes.insert(PROJECT_ID_ATTRIBUTE.to_owned(), Value::String(project_id(&project)));
        attributes.insert(PROJECT_ATTRIBUTE.to_owned(), Value::String(project));
    }
    if let Some(time) = fields.text("last_updated_at") {
        attributes.insert(UPDATED_ATTRIBUTE.to_owned(), Value::String(time));
    }
    Ok(SpanReport { start_known: told_start.is_some(), ..SpanReport::new(span) })
}

fn read_error(span: &mut Span, fields: &mut Fields) {
    let Some(mut error) = fields.object("error_info") else { return };
    let mut text = |name: &str| crate::native::json::take_text(&mut error, name);
    span.status = Status::Error;
    span.error_type = text("exception_type");
    span.error_message = text("message");
    if let Some(traceback) = text("traceback") {
        let attributes = Attributes::from([("exception.stacktrace".to_owned(), Value::String(traceback))]);
        let time = span.end_time.unwrap_or(span.start_time);
        span.payload.events.push(SpanEvent { time, name: "exception".to_owned(), attributes });
    }
}

/// Metadata is an object, or rarely something else that is kept whole.
fn read_metadata(span: &mut Span, fields: &mut Fields) {
    match fields.object("metadata") {
        Some(mut metadata) => {
            if remove_secrets(&mut metadata) {
                span.note(SECRET_REMOVED);
            }
            span.payload.metadata = metadata.into_iter().filter(|(_, value)| !value.is_null()).collect();
        }
        None => {
            if let Some(value) = fields.take("metadata") {
                span.payload.attributes.insert("opik.metadata".to_owned(), value);
            }
        }
    }
}
