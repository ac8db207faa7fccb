//! Feedback → scores and comments.

use super::CONVENTION;
use crate::{
    IngestContext, RowError,
    ids::{native_span_id, native_trace_id},
    native::json::{says_something, text_of},
    numbers::timestamp,
};
use model::{
    TraceId,
    telemetry::{Attributes, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::{Map, Value};

/// Under which the metadata of a score tells the project (of experiments, the experiment) of the run that it is about.
const SESSION: &str = "session_id";

/// What a feedback is about, as its sender knows.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedbackAbout {
    Run {
        run_id: String,
        trace: Option<TraceId>,
    },
    /// A whole project: of experiments, the sum of all.
    Project {
        session_id: String,
    },
}

/// A feedback that still needs its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Its place in the request.
    pub place: usize,
    pub about: FeedbackAbout,
    score: Score,
}

impl Feedback {
    pub fn aimed_at(self, target: ScoreTarget) -> Score {
        Score { target, ..self.score }
    }

    /// The score, where the sender knew the trace.
    pub fn target(&self) -> Option<ScoreTarget> {
        match &self.about {
            FeedbackAbout::Run { run_id, trace } => trace.map(|trace| run_target(trace, run_id)),
            FeedbackAbout::Project { session_id } => Some(ScoreTarget::Session { session_id: session_id.clone() }),
        }
    }

    pub fn score(&self) -> &Score {
        &self.score
    }
}

/// What is said of the run that a trace is named after is said of the trace.
pub fn run_target(trace_id: TraceId, run_id: &str) -> ScoreTarget {
    if native_trace_id(CONVENTION, run_id) == trace_id {
        ScoreTarget::Trace { trace_id }
    } else {
        ScoreTarget::Span { trace_id, span_id: native_span_id(CONVENTION, run_id) }
    }
}

/// Reads one feedback.
pub(super) fn read(place: usize, mut fields: Map<String, Value>, context: &IngestContext) -> Result<Feedback, RowError> {
    let mut text = |name: &str| fields.remove(name).as_ref().and_then(text_of);
    let id = text("id").ok_or_else(|| RowError::new("id", "expected a string; this field is required"))?;
    let key = text("key").ok_or_else(|| RowError::new("key", "expected a string; this field is required"))?;
    let trace = text("trace_id").map(|trace| native_trace_id(CONVENTION, &trace));
    let session = text("session_id");
    let about = match (text("run_id"), session.clone()) {
        (Some(run_id), _) => FeedbackAbout::Run { run_id: run_id.to_lowercase(), trace },
        (None, Some(session_id)) => FeedbackAbout::Project { session_id },
        (None, None) => return Err(RowError::new("run_id", "expected run_id, or session_id: what is this about?")),
    };
    let comment = text("comment");
    let timestamp = ["created_at", "modified_at"].iter().find_map(|name| timestamp(fields.get(*name)?)).unwrap_or(context.received_at);
    let mut score = Score {
        score_id: id.to_lowercase(),
        kind: ScoreKind::Score,
        target: ScoreTarget::Session { session_id: String::new() },
        name: key,
        value: None,
        label: None,
        source: source(fields.get("feedback_source")),
        comment,
        author: fields.get("feedback_source").and_then(|source| text_of(source.get("user_name")?)),
        metadata: session.map(|session| (SESSION.to_owned(), Value::String(session))).into_iter().collect::<Attributes>(),
        timestamp,
        ingest_time: context.received_at,
        deleted: false,
    };
    change(&mut score, &fields);
    score.metadata.extend(rest(fields));
    Ok(Feedback { place, about, score })
}

/// Sets what the fields tell: `null` takes away, what is not there stays.
pub fn change(score: &mut Score, fields: &Map<String, Value>) {
    match fields.get("score") {
        Some(Value::Bool(passed)) => score.value = Some(f64::from(u8::from(*passed))),
        Some(given) => score.value = given.as_f64(),
        None => {}
    }
    match fields.get("value") {
        Some(Value::String(label)) => score.label = Some(label.clone()),
        Some(Value::Bool(value)) => score.label = Some(value.to_string()),
        Some(Value::Number(value)) if score.value.is_none() => score.value = value.as_f64(),
        Some(Value::Null) => {
            score.label = None;
            score.metadata.remove("value");
        }
        Some(structured) => drop(score.metadata.insert("value".to_owned(), structured.clone())),
        None => {}
    }
    match fields.get("comment") {
        Some(Value::String(comment)) if !comment.is_empty() => score.comment = Some(comment.clone()),
        Some(Value::Null) => score.comment = None,
        _ => {}
    }
    match fields.get("correction") {
        Some(Value::Null) => drop(score.metadata.remove("correction")),
        Some(correction) => drop(score.metadata.insert("correction".to_owned(), correction.clone())),
        None => {}
    }
}

/// `model` is what evaluators say, also those that only compare; which of them asked a model is not told.
fn source(source: Option<&Value>) -> ScoreSource {
    match source.and_then(|source| source.get("type")?.as_str()) {
        Some("model") => ScoreSource::Judge,
        Some("app") => ScoreSource::Human,
        _ => ScoreSource::Code,
    }
}

/// What has no field of its own, without what says nothing.
fn rest(mut fields: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    const READ: [&str; 6] = ["score", "value", "comment", "correction", "created_at", "modified_at"];
    if let Some(Value::Object(source)) = fields.get_mut("feedback_source") {
        source.retain(|_, value| says_something(value));
    }
    fields
        .into_iter()
        .filter(move |(name, value)| !READ.contains(&name.as_str()) && name != "extend_trace_retention" && says_something(value))
}
