//! The OpenAI Agents SDK's own exporter: `{"data": [trace | trace.span, …]}`, spans when they have ended.
//!
//! A trace is a thing of its own there, told of when it begins. Here it becomes the root span of the trace, under an id made of the
//! trace's; spans without a parent are its children, and the last of them ends it.

mod error;
mod media;
mod span;
mod workflow;

use crate::{
    DecodeError, IngestContext, RowError, check_json_values,
    ids::{digest, native_span_id, native_trace_id},
    json_bounds::is_too_deep,
    native::{NativeRows, SpanReport, json::take_text},
    rules::{MAX_JSON_LEVELS, check_row_count},
};
use model::{
    Timestamp,
    telemetry::{BodyDigest, Span},
};
use serde_json::{Map, Value};

/// Its name in `source.convention`, and what its ids are hashed under.
pub const CONVENTION: &str = "openai_agents";

/// Reads a body. Items that cannot be read are named by their place, the others are kept.
pub fn read(body: &[u8], context: &IngestContext) -> Result<NativeRows, DecodeError> {
    check_json_values(body)?;
    let mut body: Value = serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))?;
    let Some(Value::Array(items)) = body.get_mut("data").map(Value::take) else {
        return Err(DecodeError::malformed("expected a list in data"));
    };
    check_row_count(items.len())?;
    let mut rows = NativeRows::default();
    let mut workflows = workflow::Workflows::default();
    for (place, item) in items.into_iter().enumerate() {
        match read_item(item, context) {
            Ok(Item::Workflow(span)) => workflows.told(span),
            Ok(Item::Step { span, digest }) => {
                workflows.contains(&span, context);
                rows.spans.push(SpanReport { digest: Some(digest), ..SpanReport::new(span) });
            }
            Err(error) => rows.rejected.push((place, error)),
        }
    }
    // First, so that they are there when their spans are.
    rows.spans.splice(0..0, workflows.into_reports());
    Ok(rows)
}

enum Item {
    Workflow(Span),
    Step { span: Span, digest: BodyDigest },
}

fn read_item(item: Value, context: &IngestContext) -> Result<Item, RowError> {
    if is_too_deep(&item) {
        return Err(RowError::new("data", format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(item.to_string().as_bytes());
    let Value::Object(mut fields) = item else { return Err(RowError::new("data", "expected objects")) };
    match take_text(&mut fields, "object").as_deref() {
        Some("trace") => Ok(Item::Workflow(workflow::read(fields, context)?)),
        Some("trace.span") => Ok(Item::Step { span: span::read(fields, context)?, digest: digest(&hasher) }),
        _ => Err(RowError::new("object", "expected trace or trace.span")),
    }
}

/// A span of these native ids, beginning now. What stands for the trace has the trace's id.
fn begin(trace: &str, native: String, start: Timestamp, context: &IngestContext) -> Span {
    let mut span = Span::new(native_trace_id(CONVENTION, trace), native_span_id(CONVENTION, &native), "", start);
    span.native_id = Some(native);
    span.ingest_time = context.received_at;
    span.source.convention = CONVENTION.to_owned();
    span
}

fn required(fields: &mut Map<String, Value>, name: &str) -> Result<String, RowError> {
    take_text(fields, name).ok_or_else(|| RowError::new(name, "expected text"))
}
