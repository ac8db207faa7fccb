//! Assessments: feedback and expectations on a trace or a span, as scores.

use super::{native_id, trace_id};
use crate::{
    IngestContext, RowError,
    json_bounds::is_too_deep,
    native::json::{take_object, take_text},
};
use model::{
    SpanId, Timestamp,
    telemetry::{Attributes, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::{Map, Value, json};

type Fields = Map<String, Value>;

/// Keys of a score's metadata that are not the application's.
const RAW_VALUE: &str = "mlflow.value";
const EXPECTATION: &str = "mlflow.expectation";
const SOURCE_TYPE: &str = "mlflow.source_type";
const ERROR: &str = "mlflow.error";
const CREATED: &str = "mlflow.create_time";

/// `{"assessment": {…}}` on the trace of this id. The assessment's own id is given here.
pub fn read_assessment(body: &Value, trace: &str, id: String, context: &IngestContext) -> Result<Score, RowError> {
    let mut fields = fields_of(body)?;
    let trace_id = trace_id(trace).ok_or_else(|| RowError::new("trace_id", "expected tr- and 32 hexadecimal digits"))?;
    let span = take_text(&mut fields, "span_id").map(|id| id.parse::<SpanId>());
    let target = match span {
        None => ScoreTarget::Trace { trace_id },
        Some(Ok(span_id)) => ScoreTarget::Span { trace_id, span_id },
        Some(Err(_)) => return Err(RowError::new("assessment.span_id", "expected 16 hexadecimal digits")),
    };
    let name = take_text(&mut fields, "assessment_name");
    let time = take_text(&mut fields, "create_time").and_then(|text| text.parse().ok()).unwrap_or(context.received_at);
    let mut score = Score {
        score_id: id,
        kind: ScoreKind::Score,
        target,
        name: name.ok_or_else(|| RowError::new("assessment.assessment_name", "expected text"))?,
        value: None,
        label: None,
        source: ScoreSource::Code,
        comment: None,
        author: None,
        metadata: Attributes::new(),
        timestamp: time,
        ingest_time: context.received_at,
        deleted: false,
    };
    read_source(&mut score, &mut fields);
    tell(&mut score, fields)?;
    Ok(score)
}

/// An update: only what it says.
pub fn amend_assessment(body: &Value, score: &mut Score, context: &IngestContext) -> Result<(), RowError> {
    let mut fields = fields_of(body)?;
    if let Some(name) = take_text(&mut fields, "assessment_name") {
        score.name = name;
    }
    score.metadata.entry(CREATED.to_owned()).or_insert_with(|| score.timestamp.to_string().into());
    score.timestamp = context.received_at;
    score.ingest_time = context.received_at;
    tell(score, fields)
}

fn fields_of(body: &Value) -> Result<Fields, RowError> {
    let fields = body.get("assessment").and_then(Value::as_object);
    let fields = fields.ok_or_else(|| RowError::new("assessment", "expected an object"))?;
    if fields.values().any(is_too_deep) {
        return Err(RowError::new("assessment", "expected values that are not nested that deep"));
    }
    Ok(fields.clone())
}

fn read_source(score: &mut Score, fields: &mut Fields) {
    let Some(mut source) = take_object(fields, "source") else { return };
    let kind = take_text(&mut source, "source_type").unwrap_or_default();
    score.source = match kind.as_str() {
        "HUMAN" => ScoreSource::Human,
        "LLM_JUDGE" | "AI_JUDGE" => ScoreSource::Judge,
        _ => ScoreSource::Code,
    };
    score.author = take_text(&mut source, "source_id");
    score.metadata.insert(SOURCE_TYPE.to_owned(), kind.into());
}

fn tell(score: &mut Score, mut fields: Fields) -> Result<(), RowError> {
    score.comment = take_text(&mut fields, "rationale").or_else(|| score.comment.take());
    score.metadata.extend(take_object(&mut fields, "metadata").unwrap_or_default());
    if let Some(mut feedback) = take_object(&mut fields, "feedback") {
        if let Some(error) = take_object(&mut feedback, "error") {
            score.comment = score.comment.take().or_else(|| error.get("error_message").and_then(Value::as_str).map(str::to_owned));
            score.metadata.insert(ERROR.to_owned(), Value::Object(error));
        }
        tell_value(score, feedback.remove("value").unwrap_or_default());
    } else if let Some(mut expectation) = take_object(&mut fields, "expectation") {
        score.metadata.insert(EXPECTATION.to_owned(), true.into());
        let serialized = take_object(&mut expectation, "serialized_value").and_then(|mut value| take_text(&mut value, "value"));
        let value = match serialized {
            Some(text) => serde_json::from_str(&text).ok().filter(|value| !is_too_deep(value)).unwrap_or(Value::String(text)),
            None => expectation.remove("value").unwrap_or_default(),
        };
        tell_value(score, value);
    }
    if score.metadata.contains_key(RAW_VALUE) {
        return Ok(());
    }
    Err(RowError::new("assessment", "expected feedback or an expectation"))
}

/// A number is a value, a truth value one of 0 and 1, anything else a label. The value as it was is kept.
fn tell_value(score: &mut Score, value: Value) {
    (score.value, score.label) = match &value {
        Value::Number(number) => (number.as_f64(), None),
        Value::Bool(truth) => (Some(f64::from(u8::from(*truth))), Some(truth.to_string())),
        Value::String(text) => (None, Some(text.clone())),
        Value::Null => (None, None),
        other => (None, Some(other.to_string())),
    };
    score.metadata.insert(RAW_VALUE.to_owned(), value);
}

/// An assessment as its client reads it. Scores that came another way are feedback too.
pub fn assessment_json(score: &Score) -> Option<Value> {
    let mut metadata = score.metadata.clone();
    let raw = metadata
        .remove(RAW_VALUE)
        .unwrap_or_else(|| score.value.map(Value::from).or(score.label.clone().map(Value::from)).unwrap_or_default());
    let is_expectation = metadata.remove(EXPECTATION).is_some();
    let error = metadata.remove(ERROR);
    let source_type = metadata.remove(SOURCE_TYPE).unwrap_or_else(|| {
        json!(match score.source {
            ScoreSource::Human | ScoreSource::User => "HUMAN",
            ScoreSource::Judge => "LLM_JUDGE",
            ScoreSource::Code => "CODE",
        })
    });
    let created = metadata.remove(CREATED).unwrap_or_else(|| score.timestamp.to_string().into());
    let mut assessment = json!({
        "assessment_id": score.score_id, "assessment_name": score.name, "trace_id": native_id(score.target.trace_id()?),
        "source": {"source_type": source_type, "source_id": score.author.as_deref().unwrap_or("default")},
        "create_time": created, "last_update_time": later(score.timestamp),
        // Texts only, in its schema.
        "metadata": metadata.into_iter().map(|(name, value)| (name, as_text(value))).collect::<Map<_, _>>(),
        "valid": true,
    });
    let fields = assessment.as_object_mut()?;
    if is_expectation {
        let value = match &raw {
            Value::Array(_) | Value::Object(_) => {
                json!({"serialized_value": {"serialization_format": "JSON_FORMAT", "value": raw.to_string()}})
            }
            _ => json!({"value": raw}),
        };
        fields.insert("expectation".to_owned(), value);
    } else {
        let feedback = error.map_or_else(|| json!({"value": raw}), |error| json!({"value": raw, "error": error}));
        fields.insert("feedback".to_owned(), feedback);
    }
    fields.extend(score.target.span_id().map(|span| ("span_id".to_owned(), span.to_hex().into())));
    fields.extend(score.comment.clone().map(|comment| ("rationale".to_owned(), comment.into())));
    Some(assessment)
}

fn later(time: Timestamp) -> String {
    time.to_string()
}

fn as_text(value: Value) -> Value {
    match value {
        Value::String(_) => value,
        other => other.to_string().into(),
    }
}
