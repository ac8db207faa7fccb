//! Facts by their id, and by what they are about.

use super::current::{Ids, candidates, last_rows, score_columns};
use crate::{
    Lake,
    query::engine::{QueryLimits, Session},
    rows,
};
use datafusion::{
    logical_expr::Expr,
    prelude::{ident, lit},
};
use model::{
    ProjectId, StoreResult,
    query::shown_scores,
    telemetry::{RowKind, Score, ScoreTarget},
};
use std::collections::{BTreeSet, HashSet};

/// Most facts looked at for one page of spans, traces or sessions: they are held in memory, each with up to 32 KiB of comment.
const MAX_LOOKED_AT: usize = 5_000;

pub(crate) async fn by_id(lake: &Lake, project: ProjectId, score_id: &str) -> StoreResult<Option<Score>> {
    let table = lake.table(RowKind::Score, project).await?;
    let score_id = score_id.to_owned();
    let work = move |session: Session| async move {
        let mut ids = Ids::new(&session);
        ids.add(&score_id)?;
        let rows = last_rows(&session, &table, ids, lit(true), &score_columns()).await?;
        Ok(rows::scores(&rows)?.pop())
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// What is attached to the targets themselves, as lists show it.
pub(crate) async fn attached_to(lake: &Lake, project: ProjectId, targets: &[ScoreTarget]) -> StoreResult<Vec<Score>> {
    let table = lake.table(RowKind::Score, project).await?;
    // Most projects have no scores, and most pages none either: then nothing is planned.
    let Some(condition) = is_about(targets).filter(|_| table.segments().next().is_some()) else { return Ok(Vec::new()) };
    let targets: HashSet<ScoreTarget> = targets.iter().cloned().collect();
    let work = move |session: Session| async move {
        let ids = candidates(&session, &table, condition.clone(), MAX_LOOKED_AT).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = last_rows(&session, &table, ids, condition, &score_columns()).await?;
        // Traces and spans are asked for in two lists: a span's id may be in another trace.
        let found = rows::scores(&rows)?.into_iter().filter(|score| targets.contains(&score.target));
        Ok(shown_scores(found.collect()))
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// Every score of these targets, and few others. `None` without targets.
fn is_about(targets: &[ScoreTarget]) -> Option<Expr> {
    let (mut spans, mut traces_of_spans, mut traces, mut sessions) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for target in targets {
        match target {
            ScoreTarget::Span { trace_id, span_id } => {
                traces_of_spans.insert(trace_id.to_hex());
                spans.insert(span_id.to_hex());
            }
            ScoreTarget::Trace { trace_id } => drop(traces.insert(trace_id.to_hex())),
            ScoreTarget::Session { session_id } => drop(sessions.insert(session_id.clone())),
        }
    }
    let of = |kind: &str, ids: Vec<(&str, BTreeSet<String>)>| {
        let mut expr = ident("target").eq(lit(kind));
        for (column, ids) in ids {
            if ids.is_empty() {
                return None;
            }
            expr = expr.and(ident(column).in_list(ids.into_iter().map(lit).collect(), false));
        }
        Some(expr)
    };
    let choices = [
        of("span", vec![("trace_id", traces_of_spans), ("span_id", spans)]),
        of("trace", vec![("trace_id", traces)]),
        of("session", vec![("session_id", sessions)]),
    ];
    choices.into_iter().flatten().reduce(Expr::or)
}
