//! Items of a dataset.

use super::{datasets::named, wanted};
use crate::{
    AppState,
    auth::{Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest::LargeJson,
    params::{Page, given},
    routes::Items,
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId,
    library::{DatasetItem, ItemFilter, ItemStatus, Listed, NewDatasetItem},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// An item to write. It takes the place of the one with its id as a whole.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemToPut {
    /// Default: a new one.
    id: Option<String>,
    #[serde(default)]
    status: ItemStatus,
    #[serde(default)]
    input: Value,
    #[serde(default)]
    expected_output: Value,
    /// What else belongs to the case, such as retrieved texts.
    #[serde(default)]
    context: Value,
    #[serde(default)]
    metadata: Value,
    /// Where it was taken from.
    source_trace_id: Option<String>,
    source_span_id: Option<String>,
}

impl ItemToPut {
    fn into_item(self) -> NewDatasetItem {
        NewDatasetItem {
            id: self.id,
            status: self.status,
            input: self.input,
            expected_output: self.expected_output,
            context: self.context,
            metadata: self.metadata,
            source_trace_id: self.source_trace_id,
            source_span_id: self.source_span_id,
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsToPut {
    /// At most 1000, stored together or not at all.
    items: Vec<ItemToPut>,
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ItemParams {
    /// Only `active` or only `archived` items.
    #[param(value_type = Option<ItemStatus>)]
    status: Option<String>,
    /// Only items that were taken from this trace.
    source_trace_id: Option<String>,
}

/// The items of a dataset, in the order in which they came
#[utoipa::path(get, path = "/api/v1/datasets/{dataset}/items", tag = "datasets", params(("dataset" = String, Path), ItemParams, Page), responses((status = 200, body = Listed<DatasetItem>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_dataset_items(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(dataset): Path<String>,
    Query(params): Query<ItemParams>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<DatasetItem>>> {
    let status = given(&params.status)
        .map(|text| ItemStatus::from_name(text).ok_or_else(|| Problem::invalid("status", "expected active or archived")));
    let dataset_id = Some(named(&state, caller.project, &dataset).await?.id);
    let filter =
        ItemFilter { dataset_id, status: status.transpose()?, source_trace_id: wanted(&params.source_trace_id), source_span_id: None };
    Ok(Json(state.library.list_dataset_items(caller.project, &filter, page.of_list()?).await?))
}

/// Adds items, or puts them in the place of those with their ids
#[utoipa::path(post, path = "/api/v1/datasets/{dataset}/items", tag = "datasets", params(("dataset" = String, Path)), request_body = ItemsToPut, responses((status = 200, body = Items<DatasetItem>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn put_dataset_items(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(dataset): Path<String>,
    LargeJson(body, _permits): LargeJson<ItemsToPut>,
) -> ApiResult<Json<Items<DatasetItem>>> {
    let id = named(&state, caller.project, &dataset).await?.id;
    let items = body.items.into_iter().map(ItemToPut::into_item).collect();
    Ok(Json(Items { items: state.library.put_dataset_items(caller.project, &id, items).await? }))
}

/// One item
#[utoipa::path(get, path = "/api/v1/datasets/{dataset}/items/{item}", tag = "datasets", params(("dataset" = String, Path), ("item" = String, Path)), responses((status = 200, body = DatasetItem), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_dataset_item(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path((dataset, item)): Path<(String, String)>,
) -> ApiResult<Json<DatasetItem>> {
    Ok(Json(item_of(&state, caller.project, &dataset, &item).await?))
}

/// Writes one item
#[utoipa::path(put, path = "/api/v1/datasets/{dataset}/items/{item}", tag = "datasets", params(("dataset" = String, Path), ("item" = String, Path)), request_body = ItemToPut, responses((status = 200, body = DatasetItem), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn put_dataset_item(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((dataset, item)): Path<(String, String)>,
    LargeJson(body, _permits): LargeJson<ItemToPut>,
) -> ApiResult<Json<DatasetItem>> {
    if body.id.as_ref().is_some_and(|id| *id != item) {
        return Err(Problem::invalid("id", "expected none, or the one of the path"));
    }
    let id = named(&state, caller.project, &dataset).await?.id;
    let new = NewDatasetItem { id: Some(item), ..body.into_item() };
    let stored = state.library.put_dataset_items(caller.project, &id, vec![new]).await;
    // The only item of the bulk: its fields need no place.
    let stored = stored.map_err(|error| match error {
        model::StoreError::Invalid { field, message } => Problem::invalid(field.trim_start_matches("items[0].").to_owned(), message),
        other => other.into(),
    })?;
    stored.into_iter().next().map(Json).ok_or_else(|| Problem::internal("an item that was stored is missing"))
}

/// Deletes one item
#[utoipa::path(delete, path = "/api/v1/datasets/{dataset}/items/{item}", tag = "datasets", params(("dataset" = String, Path), ("item" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_dataset_item(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((dataset, item)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let found = item_of(&state, caller.project, &dataset, &item).await?;
    state.library.delete_dataset_item(caller.project, &found.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn item_of(state: &AppState, project: ProjectId, dataset: &str, item: &str) -> ApiResult<DatasetItem> {
    let dataset = named(state, project, dataset).await?.id;
    let found = state.library.dataset_item(project, item).await?.filter(|item| item.dataset_id == dataset);
    found.ok_or_else(|| Problem::not_found("dataset item"))
}
