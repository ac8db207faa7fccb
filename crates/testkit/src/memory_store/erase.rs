//! What an erasure names, row by row.

use super::{filter::Matcher, scores, table::Rows};
use model::{
    ErasureId, ProjectId, StoreError, StoreResult, TimeRange, Timestamp,
    erase::{EraseTarget, Erasure, ErasureState, Hidden},
    filter::{self, Filter},
    telemetry::{LogRecord, RowKind, Score, ScoreTarget, Span},
};

pub(super) fn hidden(rows: &Rows, target: &EraseTarget) -> StoreResult<Hidden> {
    let traces_of =
        |names: &dyn Fn(&Span) -> bool| rows.spans_in(TimeRange::ALL).filter(|span| names(span)).map(|span| span.trace_id).collect();
    Ok(match target {
        EraseTarget::Project => Hidden { all: true, ..Hidden::default() },
        EraseTarget::Trace { trace_id } => Hidden { traces: vec![*trace_id], ..Hidden::default() },
        EraseTarget::Session { session_id } => Hidden {
            sessions: vec![session_id.clone()],
            traces: traces_of(&|span| span.session_id.as_ref() == Some(session_id)),
            ..Hidden::default()
        },
        EraseTarget::User { user_id } => {
            Hidden { users: vec![user_id.clone()], traces: traces_of(&|span| span.user_id.as_ref() == Some(user_id)), ..Hidden::default() }
        }
        EraseTarget::Filter { filter: text, .. } => {
            let filter = filter::parse(text, RowKind::Span).map_err(|error| StoreError::invalid("filter", error.to_string()))?;
            if filter == Filter::All {
                return Err(StoreError::invalid("filter", "expected a condition; to erase everything ask for the project"));
            }
            let matcher = Matcher::new(&scores::resolved(rows, filter)?)?;
            let matching = rows.spans_in(target.range()).filter(|span| matcher.matches(*span));
            Hidden { spans: matching.map(|span| (span.trace_id, span.span_id)).collect(), ..Hidden::default() }
        }
    })
}

fn names(list: &[String], value: Option<&String>) -> bool {
    value.is_some_and(|value| list.contains(value))
}

pub(super) fn hides_span(hidden: &Hidden, span: &Span) -> bool {
    hidden.all
        || hidden.traces.contains(&span.trace_id)
        || hidden.spans.contains(&(span.trace_id, span.span_id))
        || names(&hidden.sessions, span.session_id.as_ref())
        || names(&hidden.users, span.user_id.as_ref())
}

pub(super) fn hides_log(hidden: &Hidden, log: &LogRecord) -> bool {
    hidden.all
        || log.trace_id.is_some_and(|trace| hidden.traces.contains(&trace))
        || names(&hidden.sessions, log.session_id.as_ref())
        || names(&hidden.users, log.user_id.as_ref())
}

pub(super) fn hides_score(hidden: &Hidden, score: &Score) -> bool {
    hidden.all
        || match &score.target {
            ScoreTarget::Span { trace_id, span_id } => hidden.traces.contains(trace_id) || hidden.spans.contains(&(*trace_id, *span_id)),
            ScoreTarget::Trace { trace_id } => hidden.traces.contains(trace_id),
            ScoreTarget::Session { session_id } => hidden.sessions.contains(session_id),
        }
}

pub(super) fn receipt(project_id: ProjectId, target: EraseTarget, hidden_spans: u64) -> Erasure {
    Erasure {
        id: ErasureId::generate(),
        project_id,
        target,
        state: ErasureState::Hidden,
        requested_at: Timestamp::now(),
        hidden_spans,
        rewritten_at: None,
        erased_at: None,
    }
}

pub(super) fn finish(receipt: &mut Erasure) {
    let now = Timestamp::now();
    receipt.state = ErasureState::Erased;
    receipt.rewritten_at.get_or_insert(now);
    receipt.erased_at.get_or_insert(now);
}
