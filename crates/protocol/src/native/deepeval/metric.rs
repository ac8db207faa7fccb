//! A metric that was measured on the client → a score.

use super::{CONVENTION, fields::Fields};
use crate::{IngestContext, RowError, ids::made_id, rules::check_time};
use model::{
    Timestamp,
    telemetry::{Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::Value;

/// What `success` and `error` read as.
const PASS: &str = "pass";
const FAIL: &str = "fail";
const ERROR: &str = "error";

pub(super) fn read(value: Value, target: ScoreTarget, at: Timestamp, context: &IngestContext) -> Result<Score, RowError> {
    let mut fields = Fields::of(value, "metric")?;
    check_time("startTime", at, context)?;
    let name = fields.required_text("name")?;
    let value = fields.take_as("score", |score| score.as_f64().filter(|score| score.is_finite()));
    let error = fields.text("error");
    let success = fields.take_as("success", Value::as_bool);
    let label = match (&error, success) {
        (Some(_), _) => Some(ERROR),
        (None, Some(true)) => Some(PASS),
        (None, Some(false)) => Some(FAIL),
        (None, None) => None,
    };
    if value.is_none() && label.is_none() {
        return Err(RowError::new("score", "expected a score, a success or an error"));
    }
    let model = fields.text("evaluationModel");
    let source = if model.is_some() { ScoreSource::Judge } else { ScoreSource::Code };
    let comment = fields.text("reason").or(error);
    Ok(Score {
        score_id: score_id(&target, &name, None),
        kind: ScoreKind::Score,
        target,
        name,
        value,
        label: label.map(str::to_owned),
        source,
        comment,
        author: model,
        metadata: fields.rest(),
        timestamp: at,
        ingest_time: context.received_at,
        deleted: false,
    })
}

/// The same judgement (of what, under which name, by whom) has the same id, so that the later one takes the place of the earlier.
pub(super) fn score_id(target: &ScoreTarget, name: &str, author: Option<&str>) -> String {
    let (trace, span) = (target.trace_id().map(|id| id.to_hex()), target.span_id().map(|id| id.to_hex()));
    let parts = [trace.as_deref(), span.as_deref(), target.session_id(), Some(name), author].map(Option::unwrap_or_default);
    made_id(&[&[CONVENTION], parts.as_slice()].concat())
}
