//! What people said of a span, a trace or a thread (`deepeval.annotation.send_annotation`) → a score.

use super::{
    fields::Fields,
    ids::{span_id, trace_id},
    metric::score_id,
};
use crate::{IngestContext, RowError};
use model::{
    SpanId, TraceId,
    telemetry::{Incoming, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::Value;

/// The span that an annotation is about, when it does not name the trace as well: the trace is to be looked up then.
pub fn span_without_trace(annotation: &Value) -> Option<SpanId> {
    let text = |name: &str| annotation.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match text("traceUuid") {
        None => text("spanUuid").map(span_id),
        Some(_) => None,
    }
}

/// Reads an annotation. `trace_of_span` is the trace that was looked up (see [`span_without_trace`]).
pub fn annotation(value: Value, trace_of_span: Option<TraceId>, context: &IngestContext) -> Result<Incoming<Score>, RowError> {
    let mut fields = Fields::of(value, "annotation")?;
    let trace = fields.text("traceUuid").map(|uuid| trace_id(&uuid)).or(trace_of_span);
    let span = fields.text("spanUuid").map(|uuid| span_id(&uuid));
    let target = match (span, trace, fields.text("threadId")) {
        (Some(span_id), Some(trace_id), None) => ScoreTarget::Span { trace_id, span_id },
        (Some(_), None, None) => {
            return Err(RowError::new("spanUuid", "expected the id of a span that is stored; none of the last days has it"));
        }
        (None, Some(trace_id), None) => ScoreTarget::Trace { trace_id },
        (None, None, Some(session_id)) => ScoreTarget::Session { session_id },
        _ => return Err(RowError::new("traceUuid", "expected one of traceUuid, spanUuid and threadId")),
    };
    let rating = fields.take_as("rating", |rating| rating.as_f64().filter(|rating| rating.is_finite()));
    let rating = rating.ok_or_else(|| RowError::new("rating", "expected a number; this field is required"))?;
    let is_thumbs = fields.text("type").is_none_or(|kind| kind != "FIVE_STAR_RATING");
    let name = if is_thumbs { "thumbs_rating" } else { "five_star_rating" };
    let author = fields.text("userId");
    Ok(Incoming::new(
        Score {
            score_id: score_id(&target, name, author.as_deref()),
            kind: ScoreKind::Score,
            target,
            name: name.to_owned(),
            value: Some(rating),
            label: is_thumbs.then(|| if rating > 0.0 { "up" } else { "down" }.to_owned()),
            source: ScoreSource::User,
            comment: fields.text("explanation"),
            author,
            metadata: fields.rest(),
            timestamp: context.received_at,
            ingest_time: context.received_at,
            deleted: false,
        },
        None,
    ))
}
