//! Datasets of the library, as Opik's SDK knows them: by name.

use super::pages::PageParams;
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::LargeJson,
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId,
    library::{Dataset, DatasetChange, DatasetRef, NewDataset, PageRequest, generate_id},
    query::MAX_PAGE,
};
use protocol::{native::opik::CONVENTION, uuid_text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Fields of a dataset that the library has no field for: kept in its metadata under [`CONVENTION`].
const OWN_FIELDS: [&str; 3] = ["type", "tags", "visibility"];

#[derive(Deserialize)]
pub(super) struct Named {
    dataset_name: String,
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    name: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(body, _permits): LargeJson<Map<String, Value>>,
) -> ApiResult<StatusCode> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let new = NewDataset {
        id: Some(text("id").unwrap_or_else(|| uuid_text(&generate_id()))),
        name: text("name").ok_or_else(|| Problem::invalid("name", "expected a string; this field is required"))?,
        description: text("description"),
        metadata: json!({CONVENTION: own(&body, Map::new())}),
    };
    state.library.create_dataset(caller.project, new).await?;
    Ok(StatusCode::CREATED)
}

/// What is told of [`OWN_FIELDS`] over what is known.
fn own(told: &Map<String, Value>, mut known: Map<String, Value>) -> Map<String, Value> {
    let fields = OWN_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), told.get(*name).filter(|value| !value.is_null())?.clone())));
    known.extend(fields);
    known
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(params.page, params.size);
    let Some(part) = params.name.map(|name| name.to_lowercase()).filter(|name| !name.is_empty()) else {
        let listed = state.library.list_datasets(caller.project, page.request()).await?;
        return Ok(Json(page.answer(listed.items.iter().map(dataset_json).collect(), listed.total)));
    };
    // By a part of the name, among the newest.
    let listed = state.library.list_datasets(caller.project, PageRequest::first(MAX_PAGE)).await?;
    let found = listed.items.iter().filter(|dataset| dataset.name.to_lowercase().contains(&part));
    Ok(Json(page.of(found.map(dataset_json).collect())))
}

pub(super) async fn retrieve(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(asked, _permits): LargeJson<Named>,
) -> ApiResult<Json<Value>> {
    Ok(Json(dataset_json(&by_name(&state, caller.project, &asked.dataset_name).await?)))
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    Ok(Json(dataset_json(&by_id(&state, caller.project, &id).await?)))
}

pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    LargeJson(body, _permits): LargeJson<Map<String, Value>>,
) -> ApiResult<StatusCode> {
    let known = by_id(&state, caller.project, &id).await?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut metadata = known.metadata.as_object().cloned().unwrap_or_default();
    let fields = metadata.get(CONVENTION).and_then(Value::as_object).cloned().unwrap_or_default();
    metadata.insert(CONVENTION.to_owned(), Value::Object(own(&body, fields)));
    let change = DatasetChange { name: text("name"), description: text("description"), metadata: Some(Value::Object(metadata)) };
    state.library.update_dataset(caller.project, &known.id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<SdkAdmin>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let dataset = by_id(&state, caller.project, &id).await?;
    state.library.delete_dataset(caller.project, &dataset.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete_by_name(
    State(state): State<AppState>,
    caller: Authorized<SdkAdmin>,
    LargeJson(asked, _permits): LargeJson<Named>,
) -> ApiResult<StatusCode> {
    let dataset = by_name(&state, caller.project, &asked.dataset_name).await?;
    state.library.delete_dataset(caller.project, &dataset.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn by_name(state: &AppState, project: ProjectId, name: &str) -> ApiResult<Dataset> {
    let found = state.library.dataset(project, &DatasetRef::Name(name.to_owned())).await?;
    found.ok_or_else(|| Problem::not_found(&format!("dataset {name:?}")))
}

pub(super) async fn by_id(state: &AppState, project: ProjectId, id: &str) -> ApiResult<Dataset> {
    let found = state.library.dataset(project, &DatasetRef::Id(id.to_owned())).await?;
    found.ok_or_else(|| Problem::not_found("dataset"))
}

fn dataset_json(dataset: &Dataset) -> Value {
    let mut answer = Map::from_iter([
        ("id".to_owned(), json!(dataset.id)),
        ("name".to_owned(), json!(dataset.name)),
        ("description".to_owned(), json!(dataset.description)),
        ("created_at".to_owned(), json!(dataset.created_at)),
        ("last_updated_at".to_owned(), json!(dataset.updated_at)),
        ("dataset_items_count".to_owned(), json!(dataset.item_count)),
    ]);
    if let Some(Value::Object(own)) = dataset.metadata.get(CONVENTION) {
        answer.extend(OWN_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), own.get(*name)?.clone()))));
    }
    Value::Object(answer)
}
