//! Metrics of the application: points, names, and charts.

use super::{Items, analytics::interval_of};
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Problem, ProblemDocument, Query},
    params::{Page, Scope, given},
};
use axum::extract::State;
use model::{
    query::{MetricName, MetricPage, MetricSeries, MetricSeriesQuery},
    telemetry::RowKind,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Metric points, newest first
#[utoipa::path(get, path = "/api/v1/metrics", tag = "read", params(Scope, Page), responses((status = 200, body = MetricPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_metrics(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<MetricPage>> {
    let query = scope.list_query(caller.project, RowKind::Metric, &page)?;
    Ok(Json(state.store.list_metrics(query).await?))
}

/// Names of metrics with points in the range
#[utoipa::path(get, path = "/api/v1/metrics/names", tag = "read", params(Scope), responses((status = 200, body = Items<MetricName>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn metric_names(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
) -> ApiResult<Json<Items<MetricName>>> {
    Ok(Json(Items { items: state.store.metric_names(caller.project, scope.range()?).await? }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct SeriesParams {
    /// The metric's name.
    #[param(required = true)]
    name: Option<String>,
    /// Width of a bucket: `1m` to `1d`. Default: chosen for about 100 buckets.
    interval: Option<String>,
}

/// A metric over time: one series per service and combination of tags
#[utoipa::path(get, path = "/api/v1/metrics/series", tag = "read", params(Scope, SeriesParams), responses((status = 200, body = Items<MetricSeries>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn metric_series(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(params): Query<SeriesParams>,
) -> ApiResult<Json<Items<MetricSeries>>> {
    let name = given(&params.name).ok_or_else(|| Problem::invalid("name", "expected the name of a metric"))?.to_owned();
    let range = scope.range()?;
    let interval_nanos = interval_of(&params.interval, &range)?.nanos;
    let query = MetricSeriesQuery { project: caller.project, range, filter: scope.filter(RowKind::Metric)?, name, interval_nanos };
    Ok(Json(Items { items: state.store.metric_series(query).await? }))
}
