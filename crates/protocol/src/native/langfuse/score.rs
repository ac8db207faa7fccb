//! Scores: a number, a category or a truth value about a trace, an observation or a session.

use super::{Body, made_id};
use crate::{IngestContext, RowError, ids::digest, json_bounds::is_too_deep, langfuse, rules::check_time};
use model::{
    Timestamp,
    telemetry::{Attributes, Incoming, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::{Map, Value};

/// What kind of value the client said it is, where the value does not tell.
pub(super) const DATA_TYPE: &str = "dataType";

/// What a score is about: a row of telemetry, or a run over a dataset, which is none.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadScore {
    Row(Incoming<Score>),
    /// Its target is the run's id as a session's.
    OfRun(Score),
}

/// Reads one score of `POST /api/public/scores`.
pub fn read_score(value: Value, context: &IngestContext) -> Result<ReadScore, RowError> {
    match value {
        Value::Object(_) if is_too_deep(&value) => Err(RowError::new("body", "nested too deep")),
        Value::Object(fields) => read(Body::new(fields), context.received_at, context),
        _ => Err(RowError::new("body", "expected an object")),
    }
}

pub(super) fn read(mut body: Body, time: Timestamp, context: &IngestContext) -> Result<ReadScore, RowError> {
    match body.id("datasetRunId")? {
        Some(run) => Ok(ReadScore::OfRun(score(ScoreTarget::Session { session_id: run }, body, time, context)?)),
        None => {
            let (target, natives) = target(&mut body)?;
            let mut row = score(target, body, time, context)?;
            row.metadata.extend(natives);
            Ok(ReadScore::Row(Incoming::new(row, None)))
        }
    }
}

/// A score without an id gets one of what it is about and its name: the newest of a name stands.
fn score(target: ScoreTarget, mut body: Body, time: Timestamp, context: &IngestContext) -> Result<Score, RowError> {
    let name = body.text("name").ok_or_else(|| RowError::new("name", "expected a string; this field is required"))?;
    let score_id = match body.id("id")? {
        Some(id) => id,
        None => id_of(&target, &name),
    };
    let timestamp = body.time("timestamp").unwrap_or(time);
    check_time("timestamp", timestamp, context)?;
    let (value, label, data_type) = value_of(&mut body)?;
    let comment = body.text("comment");
    let source = match body.text("source").as_deref() {
        Some("ANNOTATION") => ScoreSource::Human,
        Some("EVAL") => ScoreSource::Judge,
        _ => ScoreSource::Code,
    };
    let mut metadata = body.metadata();
    // The environment of a score, the rule it was made by, and the like.
    metadata.extend(body.rest());
    metadata.extend(data_type.map(|data_type| (attribute(DATA_TYPE), Value::String(data_type))));
    Ok(Score {
        score_id,
        kind: ScoreKind::Score,
        target,
        name,
        value,
        label,
        source,
        comment,
        author: None,
        metadata,
        timestamp,
        ingest_time: context.received_at,
        deleted: false,
    })
}

fn attribute(name: &str) -> String {
    format!("{}.{name}", langfuse::CONVENTION)
}

fn id_of(target: &ScoreTarget, name: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"langfuse/score\0").update(format!("{target:?}").as_bytes()).update(b"\0").update(name.as_bytes());
    made_id(&digest(&hasher))
}

/// What a score is about, and the ids as the client wrote them, where they are stored otherwise.
fn target(body: &mut Body) -> Result<(ScoreTarget, Attributes), RowError> {
    let (trace, observation) = (body.id("traceId")?, body.id("observationId")?);
    let session = body.text("sessionId");
    let mut natives = Attributes::new();
    let mut keep = |name: &str, native: String, stored: String| {
        if native != stored {
            natives.insert(attribute(name), Value::String(native));
        }
    };
    let target = match (trace, observation, session) {
        (Some(trace), observation, _) => {
            let trace_id = langfuse::trace_id(&trace);
            keep("traceId", trace, trace_id.to_hex());
            match observation {
                Some(observation) => {
                    let span_id = langfuse::observation_id(&observation);
                    keep("observationId", observation, span_id.to_hex());
                    ScoreTarget::Span { trace_id, span_id }
                }
                None => ScoreTarget::Trace { trace_id },
            }
        }
        (None, None, Some(session_id)) => ScoreTarget::Session { session_id },
        (None, Some(_), _) => return Err(RowError::new("traceId", "expected the trace of the observation")),
        (None, None, None) => return Err(RowError::new("traceId", "expected traceId, or sessionId: what is this about?")),
    };
    Ok((target, natives))
}

/// Number, label, and the type where these two do not tell it.
type ScoreValue = (Option<f64>, Option<String>, Option<String>);

fn value_of(body: &mut Body) -> Result<ScoreValue, RowError> {
    let data_type = body.text(DATA_TYPE);
    let value = body.take("value");
    let number = value.as_ref().and_then(Value::as_f64).filter(|number| number.is_finite());
    match (data_type.as_deref(), value, number) {
        (Some("BOOLEAN"), Some(Value::Bool(value)), _) => Ok((Some(f64::from(u8::from(value))), Some(truth(value)), data_type)),
        (Some("BOOLEAN"), _, Some(number)) if number == 0.0 || number == 1.0 => Ok((Some(number), Some(truth(number == 1.0)), data_type)),
        (Some("BOOLEAN"), ..) => Err(RowError::new("value", "expected 0 or 1")),
        (Some("NUMERIC") | None, _, Some(number)) => Ok((Some(number), None, None)),
        (Some("NUMERIC"), ..) => Err(RowError::new("value", "expected a number")),
        (Some("CATEGORICAL") | None, Some(Value::String(label)), _) => Ok((None, Some(label), None)),
        // Types that came later are texts of other meanings.
        (Some(_), Some(Value::String(label)), _) => Ok((None, Some(label), data_type)),
        (Some(_), _, Some(number)) => Ok((Some(number), None, data_type)),
        _ => Err(RowError::new("value", "expected a number or a string")),
    }
}

fn truth(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

/// The type and the value of a score as Langfuse's API tells them: `dataType`, `value`, `stringValue`.
pub fn score_values(score: &Score) -> (String, Option<f64>, Option<String>) {
    let told = score.metadata.get(&attribute(DATA_TYPE)).and_then(Value::as_str);
    let data_type = told.unwrap_or(if score.value.is_some() { "NUMERIC" } else { "CATEGORICAL" });
    (data_type.to_owned(), score.value, score.label.clone())
}

/// The metadata of a score without what it keeps of the protocol, and that, under its own names.
pub fn score_metadata(score: &Score) -> (Attributes, Map<String, Value>) {
    let prefix = attribute("");
    let mut own = Map::new();
    let mut rest = Attributes::new();
    for (name, value) in &score.metadata {
        match name.strip_prefix(&prefix) {
            Some(name) => drop(own.insert(name.to_owned(), value.clone())),
            None => drop(rest.insert(name.clone(), value.clone())),
        }
    }
    (rest, own)
}
