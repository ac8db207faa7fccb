//! A trace and a span by their ids, whatever their age.

use super::{
    cells::Cells,
    engine::{QueryLimits, Session},
    failure::QueryResult,
    filter::time_literal,
    list::{summary_columns, visible_columns, wrong_cursor},
    measures::{trace_measures, trace_summary},
    table::SegmentTable,
};
use crate::{Lake, rows, schema::schema_of};
use datafusion::{
    arrow::{array::RecordBatch, compute::concat_batches},
    logical_expr::Expr,
    prelude::{ident, lit},
};
use model::{
    ProjectId, SpanId, StoreError, StoreResult, TraceId,
    query::{Cursor, MAX_PAGE, TraceDetail, TraceSummary},
    telemetry::{RowKind, Span},
};
use std::sync::Arc;

pub(crate) async fn trace(
    lake: &Lake,
    project: ProjectId,
    trace: TraceId,
    cursor: Option<Cursor>,
    limit: usize,
) -> StoreResult<Option<TraceDetail>> {
    let table = lake.table(RowKind::Span, project).await?;
    let limit = limit.clamp(1, MAX_PAGE);
    let after = cursor.map(after_cursor).transpose()?;
    match page_and_totals(lake, Arc::clone(&table), trace, after.clone(), limit).await {
        Err(StoreError::LimitExceeded(_)) => page_and_totals(lake, Arc::new(table.trusting_marks()), trace, after, limit).await,
        found => found,
    }
}

async fn page_and_totals(
    lake: &Lake,
    table: Arc<SegmentTable>,
    trace: TraceId,
    after: Option<Expr>,
    limit: usize,
) -> StoreResult<Option<TraceDetail>> {
    let work = move |session: Session| async move {
        let (summary, spans) =
            futures::future::try_join(totals(&session, &table, trace), page(&session, &table, trace, after, limit)).await?;
        let Some(summary) = summary else { return Ok(None) };
        let shown = spans.slice(0, spans.num_rows().min(limit));
        let items = rows::span_summaries(&shown)?;
        let last = items.last().filter(|_| spans.num_rows() > limit);
        let next_cursor = last.map(|span| Cursor { time: span.start_time, tie: span.span_id.to_hex() });
        Ok(Some(TraceDetail { summary, spans: items, next_cursor }))
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn of_trace(trace: TraceId) -> Expr {
    ident("trace_id").eq(lit(trace.to_hex()))
}

async fn totals(session: &Session, table: &Arc<SegmentTable>, trace: TraceId) -> QueryResult<Option<TraceSummary>> {
    let frame = session.frame(table)?.filter(of_trace(trace))?.aggregate(vec![ident("trace_id")], trace_measures()?)?;
    for batch in frame.collect().await? {
        if batch.num_rows() > 0 {
            return trace_summary(&Cells(&batch), trace, 0).map(Some);
        }
    }
    Ok(None)
}

/// Up to one span more than `limit`, by (start, id) ascending.
async fn page(session: &Session, table: &Arc<SegmentTable>, trace: TraceId, after: Option<Expr>, limit: usize) -> QueryResult<RecordBatch> {
    let mut frame = session.frame(table)?.filter(of_trace(trace))?;
    if let Some(after) = after {
        frame = frame.filter(after)?;
    }
    let order = vec![ident("start_time").sort(true, true), ident("span_id").sort(true, true)];
    let frame = frame.select(summary_columns().into_iter().map(ident).collect::<Vec<_>>())?.sort(order)?.limit(0, Some(limit + 1))?;
    let batches = frame.collect().await?;
    let schema = batches.first().map_or_else(|| schema_of(RowKind::Span), RecordBatch::schema);
    Ok(concat_batches(&schema, &batches)?)
}

fn after_cursor(cursor: Cursor) -> StoreResult<Expr> {
    let span: SpanId = cursor.tie.parse().map_err(|_| wrong_cursor())?;
    let time = || time_literal(cursor.time);
    let same_time = ident("start_time").eq(time()).and(ident("span_id").gt(lit(span.to_hex())));
    Ok(ident("start_time").gt(time()).or(same_time))
}

pub(crate) async fn span(lake: &Lake, project: ProjectId, trace: TraceId, span: SpanId) -> StoreResult<Option<Span>> {
    let table = lake.table(RowKind::Span, project).await?;
    let work = move |session: Session| async move {
        let columns: Vec<Expr> = visible_columns(RowKind::Span).into_iter().map(ident).collect();
        let frame = session.frame(&table)?.filter(of_trace(trace).and(ident("span_id").eq(lit(span.to_hex()))))?.select(columns)?;
        for batch in frame.collect().await? {
            if let Some(span) = rows::spans(&batch)?.pop() {
                return Ok(Some(span));
            }
        }
        Ok(None)
    };
    lake.engine().run(QueryLimits::default(), work).await
}
