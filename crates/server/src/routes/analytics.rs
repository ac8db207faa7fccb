//! Sums over time, for the dashboard. Answers come from the cache while nothing new is stored.

use super::Items;
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Problem, ProblemDocument, Query, cached_json},
    params::{Scope, given, limit},
};
use axum::{extract::State, response::Response};
use model::{
    TimeRange,
    query::{DashboardStats, ErrorGroup, GroupBy, Interval, ProviderStats, Timeseries, TimeseriesQuery},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// The numbers of a period, and of the one before it
#[utoipa::path(get, path = "/api/v1/analytics/dashboard", tag = "analytics", params(Scope), responses((status = 200, body = DashboardStats), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn dashboard(State(state): State<AppState>, caller: Authorized<Read>, Query(scope): Query<Scope>) -> ApiResult<Response> {
    let query = scope.dashboard_query(caller.project)?;
    cached_json(&state, "dashboard", &query, state.store.dashboard(query.clone())).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct TimeseriesParams {
    /// Width of a bucket: a whole number of minutes, hours or days, `1m` to `1d`. Default: chosen for about 100 buckets.
    interval: Option<String>,
    /// Split by `provider`, `model`, `status`, `kind`, `environment`, `service`, `user`, `session`, `agent`, `prompt_name` or `error_type`.
    #[param(value_type = Option<GroupBy>)]
    group_by: Option<String>,
    /// Most series, 1 to 50; the rest is summed as `other`. Default: 10.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

const DEFAULT_SERIES: usize = 10;
/// More lines in one chart cannot be told apart, and each costs its buckets.
const MAX_SERIES: usize = 50;

/// Requests, errors, tokens, cost and latency over time, empty buckets included
#[utoipa::path(get, path = "/api/v1/analytics/requests/timeseries", tag = "analytics", params(Scope, TimeseriesParams), responses((status = 200, body = Timeseries), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn timeseries(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(params): Query<TimeseriesParams>,
) -> ApiResult<Response> {
    let base = scope.dashboard_query(caller.project)?;
    let interval = interval_of(&params.interval, &base.range)?;
    let group_by = given(&params.group_by).map(|name| GroupBy::from_name(name).ok_or_else(unknown_group)).transpose()?;
    let max_series = limit(&params.limit, DEFAULT_SERIES, MAX_SERIES)?;
    let query = TimeseriesQuery { project: base.project, range: base.range, filter: base.filter, interval, group_by, max_series };
    cached_json(&state, "timeseries", &query, state.store.timeseries(query.clone())).await
}

fn unknown_group() -> Problem {
    Problem::invalid("group_by", format!("expected one of {}", GroupBy::ALL.map(GroupBy::as_str).join(", ")))
}

/// The interval that was asked for, or one that suits the range; refused when it would make too many buckets.
pub(super) fn interval_of(text: &Option<String>, range: &TimeRange) -> ApiResult<Interval> {
    let interval = match given(text) {
        Some(text) => Interval::parse(text)
            .ok_or_else(|| Problem::invalid("interval", "expected minutes, hours or days from 1m to 1d, such as 5m"))?,
        None => Interval::for_range(range),
    };
    if range.nanos() / interval.nanos >= Interval::MAX_BUCKETS {
        let field = if given(text).is_some() { "interval" } else { "from" };
        return Err(Problem::invalid(
            field,
            format!("expected at most {} buckets: widen the interval or shorten the range", Interval::MAX_BUCKETS),
        ));
    }
    Ok(interval)
}

/// Per provider and model
#[utoipa::path(get, path = "/api/v1/analytics/providers", tag = "analytics", params(Scope), responses((status = 200, body = Items<ProviderStats>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn providers(State(state): State<AppState>, caller: Authorized<Read>, Query(scope): Query<Scope>) -> ApiResult<Response> {
    let query = scope.dashboard_query(caller.project)?;
    let answer = async { state.store.providers(query.clone()).await.map(|items| Items { items }) };
    cached_json(&state, "providers", &query, answer).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ErrorParams {
    /// Most groups, 1 to 500. Default: 100.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Failed spans, grouped by type, provider and model
#[utoipa::path(get, path = "/api/v1/analytics/errors", tag = "analytics", params(Scope, ErrorParams), responses((status = 200, body = Items<ErrorGroup>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn errors(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(params): Query<ErrorParams>,
) -> ApiResult<Response> {
    let (query, limit) = (scope.dashboard_query(caller.project)?, limit(&params.limit, 100, 500)?);
    let answer = async { state.store.errors(query.clone(), limit).await.map(|items| Items { items }) };
    cached_json(&state, "errors", &(&query, limit), answer).await
}
