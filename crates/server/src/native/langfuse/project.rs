//! What the SDKs ask when they start: whether the server lives, and which project the keys are for.

use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Problem},
};
use axum::{Json, extract::State};
use serde_json::{Value, json};

/// Langfuse has organizations, this server has one owner.
const ORGANIZATION: &str = "telltale";

pub(super) async fn health(State(state): State<AppState>) -> Json<Value> {
    Json(json!({"status": "OK", "version": state.config.version}))
}

pub(super) async fn projects(State(state): State<AppState>, caller: Authorized<SdkRead>) -> ApiResult<Json<Value>> {
    let project = state.accounts.project(caller.project).await?.ok_or_else(|| Problem::not_found("project"))?;
    let organization = json!({"id": ORGANIZATION, "name": ORGANIZATION});
    Ok(Json(json!({"data": [{"id": project.id, "name": project.name, "organization": organization, "metadata": {}}]})))
}
