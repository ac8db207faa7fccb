//! Logfire's start-up check: whose token it is.

use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    native::links::Dashboard,
};
use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/v1/info", get(info))
}

/// The SDK prints the address; it takes any answer but a refusal.
async fn info(State(state): State<AppState>, caller: Authorized<Ingest>, dashboard: Dashboard) -> ApiResult<Json<Value>> {
    let project = state.accounts.project(caller.project).await?.ok_or_else(|| Problem::not_found("project"))?;
    Ok(Json(json!({ "project_name": project.name, "project_url": dashboard.home() })))
}
