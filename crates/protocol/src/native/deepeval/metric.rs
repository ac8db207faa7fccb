//! A metric that was measured on the client → a score of a span or a trace, or a verdict on a test case.

use super::{CONVENTION, fields::Fields, short_name};
use crate::{IngestContext, RowError, ids::made_id, numbers, rules::check_time};
use model::{
    Timestamp,
    library::Verdict,
    telemetry::{Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::Value;

/// What `success` and `error` read as.
const PASS: &str = "pass";
const FAIL: &str = "fail";
const ERROR: &str = "error";

/// What DeepEval says of one measurement. `rest` is what scores and verdicts keep in different places.
struct Measured {
    name: String,
    value: Option<f64>,
    success: Option<bool>,
    reason: Option<String>,
    error: Option<String>,
    model: Option<String>,
    rest: Fields,
}

impl Measured {
    fn read(value: Value) -> Result<Self, RowError> {
        let mut fields = Fields::of(value, "metric")?;
        fields.drop_unset(&["flaky", "strictMode"]);
        let measured = Self {
            name: fields.required_text("name")?,
            value: fields.take_as("score", |score| score.as_f64().filter(|score| score.is_finite())),
            success: fields.take_as("success", Value::as_bool),
            reason: fields.text("reason"),
            error: fields.text("error"),
            model: fields.text("evaluationModel"),
            rest: fields,
        };
        if measured.value.is_none() && measured.success.is_none() && measured.error.is_none() {
            return Err(RowError::new("score", "expected a score, a success or an error"));
        }
        Ok(measured)
    }
}

pub(super) fn score(value: Value, target: ScoreTarget, at: Timestamp, context: &IngestContext) -> Result<Score, RowError> {
    check_time("startTime", at, context)?;
    let measured = Measured::read(value)?;
    let label = match (&measured.error, measured.success) {
        (Some(_), _) => Some(ERROR),
        (None, Some(true)) => Some(PASS),
        (None, Some(false)) => Some(FAIL),
        (None, None) => None,
    };
    Ok(Score {
        score_id: score_id(&target, &measured.name, None),
        kind: ScoreKind::Score,
        target,
        name: measured.name,
        value: measured.value,
        label: label.map(str::to_owned),
        source: if measured.model.is_some() { ScoreSource::Judge } else { ScoreSource::Code },
        comment: measured.reason.or(measured.error),
        author: measured.model,
        metadata: measured.rest.rest(),
        timestamp: at,
        ingest_time: context.received_at,
        deleted: false,
    })
}

pub(super) fn verdict(value: Value) -> Result<Verdict, RowError> {
    let mut measured = Measured::read(value)?;
    let name = short_name(&measured.name);
    if name != measured.name {
        measured.rest.put("name", Value::String(measured.name));
    }
    Ok(Verdict {
        name,
        value: measured.value,
        label: None,
        threshold: measured.rest.take_as("threshold", Value::as_f64),
        success: measured.success,
        reason: measured.reason,
        model: measured.model,
        cost_usd: measured.rest.take_as("evaluationCost", numbers::usd),
        error: measured.error,
        metadata: measured.rest.into_value(),
    })
}

/// The same judgement (of what, under which name, by whom) has the same id, so that the later one takes the place of the earlier.
pub(super) fn score_id(target: &ScoreTarget, name: &str, author: Option<&str>) -> String {
    let (trace, span) = (target.trace_id().map(|id| id.to_hex()), target.span_id().map(|id| id.to_hex()));
    let parts = [trace.as_deref(), span.as_deref(), target.session_id(), Some(name), author].map(Option::unwrap_or_default);
    made_id(&[&[CONVENTION], parts.as_slice()].concat())
}
