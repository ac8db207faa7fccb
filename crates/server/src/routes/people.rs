//! Sessions and users, as the spans name them.

use super::attached::attach;
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{
    query::{SessionPage, UserPage},
    telemetry::RowKind,
};

/// Sessions with a matching span, last seen first
#[utoipa::path(get, path = "/api/v1/sessions", tag = "read", params(Scope, Page), responses((status = 200, body = SessionPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_sessions(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<SessionPage>> {
    let query = scope.list_query(caller.project, RowKind::Span, &page)?;
    let mut page = state.store.list_sessions(query).await?;
    attach(&state, caller.project, page.items.iter_mut()).await?;
    Ok(Json(page))
}

/// Users with a matching span, last seen first
#[utoipa::path(get, path = "/api/v1/users", tag = "read", params(Scope, Page), responses((status = 200, body = UserPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_users(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<UserPage>> {
    let query = scope.list_query(caller.project, RowKind::Span, &page)?;
    Ok(Json(state.store.list_users(query).await?))
}
