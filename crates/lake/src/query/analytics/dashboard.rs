//! One period and the one before it.

use super::{requests, share};
use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::filter_expr,
        measures::request_measures,
        table::SegmentTable,
    },
};
use datafusion::{
    functions_aggregate::expr_fn::{count_distinct, sum},
    logical_expr::Expr,
    prelude::ident,
};
use model::{
    StoreResult, TimeRange,
    query::{DashboardQuery, DashboardStats, PeriodStats},
    telemetry::RowKind,
    time::NANOS_PER_SECOND,
};
use std::sync::Arc;

pub(crate) async fn dashboard(lake: &Lake, query: DashboardQuery) -> StoreResult<DashboardStats> {
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let current = period(&session, &table, query.range, filter.clone());
        let previous = period(&session, &table, query.range.previous(), filter);
        let (current, previous) = futures::future::try_join(current, previous).await?;
        Ok(DashboardStats { current, previous })
    };
    lake.engine().run(QueryLimits::default(), work).await
}

async fn period(session: &Session, table: &Arc<SegmentTable>, range: TimeRange, filter: Option<Expr>) -> QueryResult<PeriodStats> {
    let mut measures = request_measures()?;
    measures.extend([
        sum(ident("cache_read")).alias("cache_read"),
        count_distinct(ident("user_id")).alias("users"),
        count_distinct(ident("session_id")).alias("sessions"),
    ]);
    let batches = requests(session, table, range, filter)?.aggregate(vec![], measures)?.collect().await?;
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(PeriodStats::default()) };
    let cells = Cells(batch);
    let total = cells.count("requests", 0)?.unwrap_or_default();
    let failed = cells.count("errors", 0)?.unwrap_or_default();
    let minutes = range.nanos() as f64 / (60 * NANOS_PER_SECOND) as f64;
    Ok(PeriodStats {
        total_requests: total,
        successful_requests: total - failed,
        failed_requests: failed,
        success_rate: share(total - failed, total),
        requests_per_minute: if minutes > 0.0 { total as f64 / minutes } else { 0.0 },
        input_tokens: cells.count("input_tokens", 0)?,
        output_tokens: cells.count("output_tokens", 0)?,
        total_tokens: cells.count("total_tokens", 0)?,
        cached_input_tokens: cells.count("cache_read", 0)?,
        total_cost_usd: cells.money("cost_usd", 0)?,
        unpriced_requests: total - cells.count("priced", 0)?.unwrap_or_default(),
        latency_ms: cells.latency("duration_avg", "duration_sketch", 0)?,
        active_users: cells.count("users", 0)?.unwrap_or_default(),
        active_sessions: cells.count("sessions", 0)?.unwrap_or_default(),
    })
}
