//! `POST /api/v1/scores`: one score, comment or bookmark.

use super::fields::Fields;
use crate::{IngestContext, RowError, rules::check_time};
use model::telemetry::{Incoming, Score, ScoreKind, ScoreSource, ScoreTarget};
use serde_json::Value;

/// Longest id of its own: it stands in addresses and cursors.
const MAX_ID_BYTES: usize = 256;
/// Longest comment: lists carry its start, and the span's page all of it. A longer text is a document.
const MAX_COMMENT_BYTES: usize = 32 * 1024;

/// Reads one late fact. Without an id of its own it gets one of what it is about, so that the same judgement by the same author takes the
/// place of the earlier one, and a resend changes nothing. It has no digest: a score that goes back to an earlier value is no resend.
pub fn score(value: Value, context: &IngestContext) -> Result<Incoming<Score>, RowError> {
    let mut fields = Fields::read(value)?;
    let given_time = fields.timestamp()?;
    let timestamp = given_time.unwrap_or(context.received_at);
    check_time("timestamp", timestamp, context)?;
    let kind = fields.one_of("kind", ScoreKind::ALL, ScoreKind::as_str)?.unwrap_or_default();
    let target = target(&mut fields)?;
    let name = name(&mut fields, kind)?;
    let value = fields.optional_finite_number("value")?;
    let label = fields.label("label")?;
    let comment = fields.text("comment")?.filter(|comment| !comment.trim().is_empty());
    check_content(kind, value, &label, &comment)?;
    let source = fields.one_of("source", ScoreSource::ALL, ScoreSource::as_str)?.unwrap_or_default();
    let author = fields.label("author")?;
    let own_id = own_id(&mut fields)?;
    let mut metadata = fields.object("metadata")?;
    // What an answer of ours says beside these is not the client's to say.
    fields.take("ingest_time");
    // A known name in `metadata` wins over an unknown field beside it.
    for (name, value) in fields.rest() {
        metadata.entry(name).or_insert(value);
    }
    let mut row = Score {
        score_id: String::new(),
        kind,
        target,
        name,
        value,
        label,
        source,
        comment,
        author,
        metadata,
        timestamp,
        ingest_time: context.received_at,
        deleted: false,
    };
    let made_id = || made_id(&row, given_time.is_some());
    row.score_id = own_id.unwrap_or_else(made_id);
    Ok(Incoming::new(row, None))
}

fn own_id(fields: &mut Fields) -> Result<Option<String>, RowError> {
    match fields.id_text("score_id")? {
        Some(id) if id.len() > MAX_ID_BYTES => Err(RowError::new("score_id", format!("expected at most {MAX_ID_BYTES} bytes"))),
        id => Ok(id),
    }
}

/// `trace_id` and `span_id`, `trace_id` alone, or `session_id`. A `target` beside them must say the same.
fn target(fields: &mut Fields) -> Result<ScoreTarget, RowError> {
    let (trace, span, session) = (fields.trace_id()?, fields.span_id("span_id")?, fields.label("session_id")?);
    let target = match (trace, span, session) {
        (Some(_), _, Some(_)) => return Err(RowError::new("session_id", "expected either trace_id or session_id, found both")),
        (None, Some(_), _) => return Err(RowError::new("trace_id", "expected the trace of the span; it is required with span_id")),
        (Some((trace_id, _)), Some((span_id, _)), None) => ScoreTarget::Span { trace_id, span_id },
        (Some((trace_id, _)), None, None) => ScoreTarget::Trace { trace_id },
        (None, None, Some(session_id)) => ScoreTarget::Session { session_id },
        (None, None, None) => {
            return Err(RowError::new("trace_id", "expected trace_id and span_id, trace_id, or session_id: what is this about?"));
        }
    };
    match fields.label("target")? {
        Some(said) if said != target.as_str() => {
            Err(RowError::new("target", format!("expected {:?}, which the ids name", target.as_str())))
        }
        _ => Ok(target),
    }
}

fn name(fields: &mut Fields, kind: ScoreKind) -> Result<String, RowError> {
    match (kind, fields.label("name")?) {
        (ScoreKind::Score, Some(name)) => Ok(name),
        (ScoreKind::Score, None) => Err(RowError::new("name", "expected a string; this field is required of a score")),
        (kind, None) => Ok(kind.as_str().to_owned()),
        (kind, Some(name)) if name == kind.as_str() => Ok(name),
        (kind, Some(_)) => Err(RowError::new("name", format!("expected no name: a {} has none", kind.as_str()))),
    }
}

fn check_content(kind: ScoreKind, value: Option<f64>, label: &Option<String>, comment: &Option<String>) -> Result<(), RowError> {
    if comment.as_ref().is_some_and(|comment| comment.len() > MAX_COMMENT_BYTES) {
        return Err(RowError::new("comment", format!("expected at most {MAX_COMMENT_BYTES} bytes")));
    }
    match kind {
        ScoreKind::Score if value.is_none() && label.is_none() => {
            Err(RowError::new("value", "expected a value, a label or both; for a text alone send \"kind\": \"comment\""))
        }
        ScoreKind::Comment | ScoreKind::Bookmark if value.is_some() => {
            Err(RowError::new("value", format!("expected no value: a {} has none", kind.as_str())))
        }
        ScoreKind::Comment | ScoreKind::Bookmark if label.is_some() => {
            Err(RowError::new("label", format!("expected no label: a {} has none", kind.as_str())))
        }
        ScoreKind::Comment if comment.is_none() => {
            Err(RowError::new("comment", "expected a string that is not empty; this field is required of a comment"))
        }
        ScoreKind::Score | ScoreKind::Comment | ScoreKind::Bookmark => Ok(()),
    }
}

/// 32 hexadecimal digits of target, kind, name, source and author. Of comments, which one author may write several of, also the text, and the
/// time if the client gave one.
fn made_id(score: &Score, has_own_time: bool) -> String {
    let (trace, span) = (score.target.trace_id().map(|id| id.to_hex()), score.target.span_id().map(|id| id.to_hex()));
    let time = if has_own_time { score.timestamp.as_nanos().to_string() } else { String::new() };
    let mut parts = vec![
        score.target.as_str(),
        trace.as_deref().unwrap_or_default(),
        span.as_deref().unwrap_or_default(),
        score.target.session_id().unwrap_or_default(),
        score.kind.as_str(),
        &score.name,
        score.source.as_str(),
        score.author.as_deref().unwrap_or_default(),
    ];
    if score.kind == ScoreKind::Comment {
        parts.extend([score.comment.as_deref().unwrap_or_default(), &time]);
    }
    crate::ids::made_id(&parts)
}
