//! Projects: the tenant boundary. A key sees only its own; the admin sees all.

use super::Items;
use crate::{
    AppState,
    auth::{Admin, Authorized, Caller, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument},
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId,
    ports::{Project, Topic},
};
use serde::Deserialize;

/// Longer names do not fit anywhere.
const MAX_NAME_CHARS: usize = 100;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewProject {
    /// 1 to 100 characters, unique without regard to case.
    #[schema(example = "checkout-bot")]
    name: String,
}

/// Projects by name
///
/// A key gets its own project only.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", responses((status = 200, body = Items<Project>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_projects(State(state): State<AppState>, caller: Authorized<Read>) -> ApiResult<Json<Items<Project>>> {
    let mut items = state.accounts.list_projects().await?;
    if !caller.is_operator() {
        items.retain(|project| project.id == caller.project);
    }
    Ok(Json(Items { items }))
}

/// Creates a project
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = NewProject, responses((status = 201, body = Project), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn create_project(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Json(new): Json<NewProject>,
) -> ApiResult<(StatusCode, Json<Project>)> {
    if !caller.is_operator() {
        return Err(Problem::forbidden("a key belongs to one project and cannot create others: sign in as the admin"));
    }
    let name = checked_name(&new.name)?;
    Ok((StatusCode::CREATED, Json(state.accounts.create_project(name).await?)))
}

/// Deletes a project: hides its data and revokes its keys at once
///
/// Its rows are then erased from the files.
#[utoipa::path(delete, path = "/api/v1/projects/{id}", tag = "projects", params(("id" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_project(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    state.accounts.delete_project(managed_project(&caller, &id)?).await?;
    state.forget_default_project();
    // Whoever runs the jobs begins to erase its rows.
    state.bus.publish(&Topic::Committed, bytes::Bytes::new()).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The project of a path, if the caller may manage it. Others look as if they did not exist.
pub(crate) fn managed_project(caller: &Caller, id: &str) -> ApiResult<ProjectId> {
    let id = id.parse().map_err(|_| Problem::not_found("project"))?;
    if caller.is_operator() || caller.project == id { Ok(id) } else { Err(Problem::not_found("project")) }
}

pub(super) fn checked_name(name: &str) -> ApiResult<&str> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    if is_name { Ok(name) } else { Err(Problem::invalid("name", format!("expected 1 to {MAX_NAME_CHARS} printable characters"))) }
}
