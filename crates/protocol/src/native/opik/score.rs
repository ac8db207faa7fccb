//! Feedback scores: of traces, of spans, and of threads, which are sessions here.

use super::{CONVENTION, PROJECT_ATTRIBUTE, fields::Fields, parse, span_id, trace_id};
use crate::{
    DecodeError, IngestContext, RowError,
    ids::{hex_text, leading},
    rules::check_row_count,
};
use model::{
    TraceId,
    telemetry::{Attributes, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::Value;

/// What a list of scores is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scored {
    Traces,
    Spans,
    Threads,
}

/// The scores of a request, and those that could not be read.
#[derive(Debug, Default)]
pub struct ScoreRows {
    pub scores: Vec<SentScore>,
    pub rejected: Vec<(usize, RowError)>,
}

/// A score as it was sent. That of a span does not tell the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct SentScore {
    pub place: usize,
    /// The span that it is about, by the client's id. Until its trace is found, the span's own id stands in for it.
    pub span: Option<String>,
    pub score: Score,
}

/// `{"scores": […]}`.
pub fn read_scores(scored: Scored, body: &[u8], context: &IngestContext) -> Result<ScoreRows, DecodeError> {
    let mut body = parse(body)?;
    let Some(Value::Array(items)) = body.get_mut("scores").map(Value::take) else {
        return Err(DecodeError::malformed("expected a list in scores"));
    };
    check_row_count(items.len())?;
    let mut rows = ScoreRows::default();
    for (place, item) in items.into_iter().enumerate() {
        match Fields::read(item).and_then(|fields| read(scored, fields, context)) {
            Ok((span, score)) => rows.scores.push(SentScore { place, span, score }),
            Err(error) => rows.rejected.push((place, error)),
        }
    }
    Ok(rows)
}

fn read(scored: Scored, mut fields: Fields, context: &IngestContext) -> Result<(Option<String>, Score), RowError> {
    let name = fields.text("name").ok_or_else(|| RowError::new("name", "expected a string; this field is required"))?;
    let (id, target) = match scored {
        Scored::Threads => {
            let thread = fields.text("thread_id").ok_or_else(|| RowError::new("thread_id", "expected a string; this field is required"))?;
            (thread.clone(), ScoreTarget::Session { session_id: thread })
        }
        Scored::Traces => {
            let id = fields.required_id("id")?;
            let trace_id = trace_id(&id);
            (id, ScoreTarget::Trace { trace_id })
        }
        Scored::Spans => {
            let id = fields.required_id("id")?;
            let stand_in: TraceId = trace_id(&id);
            let target = ScoreTarget::Span { trace_id: stand_in, span_id: span_id(&id) };
            (id, target)
        }
    };
    let source = match fields.text("source").as_deref() {
        Some("ui") => ScoreSource::Human,
        Some("online_scoring") => ScoreSource::Judge,
        _ => ScoreSource::Code,
    };
    let mut score = Score {
        score_id: score_id(scored, &id, &name),
        kind: ScoreKind::Score,
        target,
        name,
        value: fields.finite("value"),
        label: fields.text("category_name"),
        source,
        comment: fields.text("reason"),
        author: fields.text("author"),
        metadata: Attributes::new(),
        timestamp: context.received_at,
        ingest_time: context.received_at,
        deleted: false,
    };
    if score.value.is_none() && score.label.is_none() {
        return Err(RowError::new("value", "expected a number; this field is required"));
    }
    if let Some(project) = fields.text("project_name") {
        score.metadata.insert(PROJECT_ATTRIBUTE.to_owned(), Value::String(project));
    }
    fields.into_rest(&mut score.metadata);
    Ok(((scored == Scored::Spans).then_some(id), score))
}

/// One judgement of each name: Opik's scores have no ids, and a second one of the same name takes the place of the first.
pub fn score_id(scored: Scored, id: &str, name: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [CONVENTION, &format!("{scored:?}"), id, name] {
        // With its length, so that no two lists of parts read alike.
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hex_text(&leading::<16>(&hasher.finalize()))
}
