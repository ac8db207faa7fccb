//! Datasets. In a path, a dataset is named by its id or by its name.

use crate::{
    AppState,
    auth::{Admin, Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest::LargeJson,
    params::Page,
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId,
    library::{Dataset, DatasetChange, DatasetRef, Listed, NewDataset},
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasetToCreate {
    /// Default: a new one.
    id: Option<String>,
    /// Unique in the project.
    #[schema(example = "support questions")]
    name: String,
    description: Option<String>,
    #[serde(default)]
    metadata: Value,
}

/// What is told replaces what was.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasetToChange {
    name: Option<String>,
    description: Option<String>,
    metadata: Option<Value>,
}

/// The dataset of a path.
pub(super) async fn named(state: &AppState, project: ProjectId, word: &str) -> ApiResult<Dataset> {
    if let Some(dataset) = state.library.dataset(project, &DatasetRef::Id(word.to_owned())).await? {
        return Ok(dataset);
    }
    let by_name = state.library.dataset(project, &DatasetRef::Name(word.to_owned())).await?;
    by_name.ok_or_else(|| Problem::not_found("dataset"))
}

/// Datasets, newest first
#[utoipa::path(get, path = "/api/v1/datasets", tag = "datasets", params(Page), responses((status = 200, body = Listed<Dataset>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_datasets(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<Dataset>>> {
    Ok(Json(state.library.list_datasets(caller.project, page.of_list()?).await?))
}

/// Creates a dataset
#[utoipa::path(post, path = "/api/v1/datasets", tag = "datasets", request_body = DatasetToCreate, responses((status = 201, body = Dataset), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn create_dataset(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(new, _permits): LargeJson<DatasetToCreate>,
) -> ApiResult<(StatusCode, Json<Dataset>)> {
    let new = NewDataset { id: new.id, name: new.name, description: new.description, metadata: new.metadata };
    Ok((StatusCode::CREATED, Json(state.library.create_dataset(caller.project, new).await?)))
}

/// One dataset, by id or name
#[utoipa::path(get, path = "/api/v1/datasets/{dataset}", tag = "datasets", params(("dataset" = String, Path)), responses((status = 200, body = Dataset), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_dataset(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(dataset): Path<String>,
) -> ApiResult<Json<Dataset>> {
    Ok(Json(named(&state, caller.project, &dataset).await?))
}

/// Changes a dataset's name, description or metadata
#[utoipa::path(patch, path = "/api/v1/datasets/{dataset}", tag = "datasets", params(("dataset" = String, Path)), request_body = DatasetToChange, responses((status = 200, body = Dataset), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn update_dataset(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(dataset): Path<String>,
    LargeJson(change, _permits): LargeJson<DatasetToChange>,
) -> ApiResult<Json<Dataset>> {
    let id = named(&state, caller.project, &dataset).await?.id;
    let change = DatasetChange { name: change.name, description: change.description, metadata: change.metadata };
    Ok(Json(state.library.update_dataset(caller.project, &id, change).await?))
}

/// Deletes a dataset with its items
///
/// Experiments that ran on it stay.
#[utoipa::path(delete, path = "/api/v1/datasets/{dataset}", tag = "datasets", params(("dataset" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_dataset(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(dataset): Path<String>,
) -> ApiResult<StatusCode> {
    let id = named(&state, caller.project, &dataset).await?.id;
    state.library.delete_dataset(caller.project, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
