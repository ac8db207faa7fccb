//! Projects: names that traces and spans carry. Their ids are made of the names.

use super::unsupported::not_here;
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
    ingest::LargeJson,
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId, TimeRange,
    filter::{Field, Filter},
    query::ListQuery,
};
use protocol::native::opik::{DEFAULT_PROJECT, PROJECT_ATTRIBUTE, PROJECT_ID_ATTRIBUTE, project_id};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

/// Any name is a project: it is there as soon as something carries it.
pub(super) async fn retrieve(_caller: Authorized<SdkRead>, LargeJson(asked, _permits): LargeJson<Named>) -> Json<Value> {
    Json(project_json(&asked.name))
}

/// There is nothing more to a project than its name, which traces bring along.
pub(super) async fn create(_caller: Authorized<Ingest>, LargeJson(Named { name: _ }, _permits): LargeJson<Named>) -> StatusCode {
    StatusCode::CREATED
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let name = name_of(&state, caller.project, &id).await?.ok_or_else(|| Problem::not_found("project"))?;
    Ok(Json(project_json(&name)))
}

pub(super) async fn list(_caller: Authorized<SdkRead>) -> Problem {
    not_here("projects are not listed here: they are names that traces carry (attr.opik.project), and are found by their name or id")
}

/// The name of a project that a trace or span carries.
async fn name_of(state: &AppState, project: ProjectId, id: &str) -> ApiResult<Option<String>> {
    let id = id.to_lowercase();
    if id == project_id(DEFAULT_PROJECT) {
        return Ok(Some(DEFAULT_PROJECT.to_owned()));
    }
    let query = ListQuery { project, range: TimeRange::ALL, filter: of_id(&id), limit: 1, cursor: None };
    let Some(found) = state.store.list_spans(query).await?.items.pop() else { return Ok(None) };
    let span = state.store.span(project, found.trace_id, found.span_id).await?;
    Ok(span.and_then(|span| span.payload.attributes.get(PROJECT_ATTRIBUTE)?.as_str().map(str::to_owned)))
}

/// What carries the name of a project.
pub(super) fn of_id(id: &str) -> Filter {
    Filter::equal(Field::Attribute(PROJECT_ID_ATTRIBUTE.to_owned()), id)
}

fn project_json(name: &str) -> Value {
    json!({"id": project_id(name), "name": name})
}
