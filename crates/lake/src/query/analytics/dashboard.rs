//! One period and the one before it.

use super::requests;
use crate::{
    Lake,
    query::{
        engine::{QueryLimits, Session},
        failure::QueryResult,
        sums::{Requests, Wanted, Whole},
    },
};
use model::{
    StoreResult, TimeRange,
    query::{DashboardQuery, DashboardStats, PeriodStats},
    time::NANOS_PER_MINUTE,
};

pub(crate) async fn dashboard(lake: &Lake, query: DashboardQuery) -> StoreResult<DashboardStats> {
    let requests = requests(lake, query.project, &query.filter).await?;
    let work = move |session: Session| async move {
        let current = period(&session, &requests, query.range);
        let previous = period(&session, &requests, query.range.previous());
        let (current, previous) = futures::future::try_join(current, previous).await?;
        Ok(DashboardStats { current, previous })
    };
    lake.engine().run(QueryLimits::default(), work).await
}

async fn period(session: &Session, requests: &Requests, range: TimeRange) -> QueryResult<PeriodStats> {
    let sums = requests.sums(session, range, None, &Whole, Wanted::PEOPLE).await?.into_values().next().unwrap_or_default();
    let minutes = range.nanos() as f64 / NANOS_PER_MINUTE as f64;
    Ok(PeriodStats {
        total_requests: sums.requests(),
        successful_requests: sums.requests().saturating_sub(sums.errors()),
        failed_requests: sums.errors(),
        success_rate: sums.success_rate(),
        requests_per_minute: if minutes > 0.0 { sums.requests() as f64 / minutes } else { 0.0 },
        input_tokens: sums.input_tokens(),
        output_tokens: sums.output_tokens(),
        total_tokens: sums.total_tokens(),
        cached_input_tokens: sums.cached_tokens(),
        total_cost_usd: sums.cost(),
        unpriced_requests: sums.unpriced(),
        latency_ms: sums.latency(),
        active_users: sums.users(),
        active_sessions: sums.sessions(),
    })
}
