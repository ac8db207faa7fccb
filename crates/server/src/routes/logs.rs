//! Application logs.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{query::LogPage, telemetry::RowKind};

/// Log records, newest first
#[utoipa::path(get, path = "/api/v1/logs", tag = "read", params(Scope, Page), responses((status = 200, body = LogPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_logs(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<LogPage>> {
    let query = scope.list_query(caller.project, RowKind::Log, &page)?;
    Ok(Json(state.store.list_logs(query).await?))
}

/// The newest log records: the same list, under the analytics' address
#[utoipa::path(get, path = "/api/v1/analytics/logs/recent", tag = "analytics", params(Scope, Page), responses((status = 200, body = LogPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn recent_logs(
    state: State<AppState>,
    caller: Authorized<Read>,
    scope: Query<Scope>,
    page: Query<Page>,
) -> ApiResult<Json<LogPage>> {
    list_logs(state, caller, scope, page).await
}
