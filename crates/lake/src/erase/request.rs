//! What an erasure names, found out when it is asked for.

use crate::{
    Lake, fault,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::filter_expr,
        list::within,
        scores,
        scores::resolved,
    },
};
use datafusion::{
    logical_expr::Expr,
    prelude::{ident, lit},
};
use model::{
    ProjectId, SpanId, StoreError, StoreResult, TraceId,
    erase::{EraseTarget, Erasure, Hidden, MAX_SPANS, MAX_TRACES, NewErasure},
    filter::{Filter, parse},
    telemetry::RowKind,
};

/// Hides what the target names from every read that begins after this returns.
pub(crate) async fn erase(lake: &Lake, project: ProjectId, target: EraseTarget) -> StoreResult<Erasure> {
    let mut hidden = Hidden::default();
    let hidden_spans = match &target {
        EraseTarget::Trace { trace_id } => {
            hidden.traces.push(*trace_id);
            count(lake, project, ident("trace_id").eq(lit(trace_id.to_hex()))).await?
        }
        EraseTarget::Session { session_id } => {
            let of_session = ident("session_id").eq(lit(session_id.as_str()));
            hidden.sessions.push(session_id.clone());
            hidden.traces = traces(lake, project, of_session).await?;
            count_in(lake, project, &hidden.traces).await?
        }
        EraseTarget::User { user_id } => {
            let of_user = ident("user_id").eq(lit(user_id.as_str()));
            hidden.users.push(user_id.clone());
            hidden.traces = traces(lake, project, of_user).await?;
            count_in(lake, project, &hidden.traces).await?
        }
        EraseTarget::Filter { filter, .. } => {
            let filter = parse(filter, RowKind::Span).map_err(|error| StoreError::invalid("filter", error.to_string()))?;
            if filter == Filter::All {
                return Err(StoreError::invalid("filter", "expected a condition; to erase everything ask for the project"));
            }
            let filter = scores::resolved(lake, project, filter).await?;
            let filter = resolved(lake, project, filter).await?;
            let matching = filter_expr(&filter, RowKind::Span)?.unwrap_or_else(|| lit(true));
            hidden.spans = spans(lake, project, within("start_time", target.range()).and(matching)).await?;
            hidden.spans.len() as u64
        }
        EraseTarget::Project => {
            hidden.all = true;
            count(lake, project, lit(true)).await?
        }
    };
    fault::point("erase.before_request");
    let erasure = lake.catalog().add_erasure(NewErasure { project, target, hidden, hidden_spans }).await?;
    fault::point("erase.after_request");
    // What was erased may be sent again, and is new then.
    lake.forget_digests();
    Ok(erasure)
}

/// The traces with such a span.
async fn traces(lake: &Lake, project: ProjectId, condition: Expr) -> StoreResult<Vec<TraceId>> {
    let table = lake.table(RowKind::Span, project).await?;
    let work = move |session: Session| async move {
        let frame =
            session.frame(&table)?.filter(condition)?.select(vec![ident("trace_id")])?.distinct()?.limit(0, Some(MAX_TRACES + 1))?;
        let mut found = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                found.push(cells.id::<TraceId>("trace_id", row)?);
            }
        }
        within_limit(found, MAX_TRACES, "traces")
    };
    lake.engine().run(QueryLimits::default(), work).await
}

async fn spans(lake: &Lake, project: ProjectId, condition: Expr) -> StoreResult<Vec<(TraceId, SpanId)>> {
    let table = lake.table(RowKind::Span, project).await?;
    let work = move |session: Session| async move {
        let ids = vec![ident("trace_id"), ident("span_id")];
        let frame = session.frame(&table)?.filter(condition)?.select(ids)?.limit(0, Some(MAX_SPANS + 1))?;
        let mut found = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                found.push((cells.id::<TraceId>("trace_id", row)?, cells.id::<SpanId>("span_id", row)?));
            }
        }
        within_limit(found, MAX_SPANS, "spans")
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn within_limit<T>(found: Vec<T>, limit: usize, what: &str) -> QueryResult<Vec<T>> {
    if found.len() > limit {
        return Err(StoreError::LimitExceeded(format!("more than {limit} {what} match: narrow the filter or the time range")).into());
    }
    Ok(found)
}

async fn count_in(lake: &Lake, project: ProjectId, traces: &[TraceId]) -> StoreResult<u64> {
    if traces.is_empty() {
        return Ok(0);
    }
    let ids = traces.iter().map(|trace| lit(trace.to_hex())).collect();
    count(lake, project, ident("trace_id").in_list(ids, false)).await
}

async fn count(lake: &Lake, project: ProjectId, condition: Expr) -> StoreResult<u64> {
    let table = lake.table(RowKind::Span, project).await?;
    let work = move |session: Session| async move { Ok(session.frame(&table)?.filter(condition)?.count().await? as u64) };
    lake.engine().run(QueryLimits::default(), work).await
}
