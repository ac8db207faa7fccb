//! Datasets of the library, as LangSmith's SDKs know them.

use super::params::Params;
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId,
    library::{Dataset, DatasetChange, DatasetRef, NewDataset, PageRequest, generate_id},
};
use protocol::uuid_text;
use serde_json::{Map, Value, json};

/// Fields of a dataset that the library has no field for: kept in its metadata under this name.
const OWN: &str = "langsmith";
const OWN_FIELDS: [&str; 4] = ["data_type", "inputs_schema_definition", "outputs_schema_definition", "transformations"];

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Json(body): Json<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let own: Map<String, Value> = OWN_FIELDS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), body.get(*name).filter(|value| !value.is_null())?.clone())))
        .collect();
    let told = body.get("extra").and_then(|extra| extra.get("metadata")).or_else(|| body.get("metadata"));
    let mut metadata = told.and_then(Value::as_object).cloned().unwrap_or_default();
    metadata.insert(OWN.to_owned(), Value::Object(own));
    let new = NewDataset {
        id: Some(uuid_text(&generate_id())),
        name: text("name").ok_or_else(|| Problem::invalid("name", "expected a string; this field is required"))?,
        description: text("description"),
        metadata: Value::Object(metadata),
    };
    let made = state.library.create_dataset(caller.project, new).await?;
    Ok(Json(dataset_json(&made)))
}

pub(super) async fn list(State(state): State<AppState>, caller: Authorized<SdkRead>, params: Params) -> ApiResult<Json<Value>> {
    let (offset, limit) = params.page()?;
    let asked: Vec<DatasetRef> = match params.one("name") {
        Some(name) => vec![DatasetRef::Name(name.to_owned())],
        None => params.all("id").map(|id| DatasetRef::Id(id.to_owned())).collect(),
    };
    let mut found = Vec::new();
    if asked.is_empty() {
        let name_part = params.one("name_contains").map(str::to_lowercase);
        let listed = state.library.list_datasets(caller.project, PageRequest::skipping(offset as u64, limit)).await?;
        let matches = |dataset: &Dataset| name_part.as_ref().is_none_or(|part| dataset.name.to_lowercase().contains(part));
        found.extend(listed.items.into_iter().filter(matches));
    } else if offset == 0 {
        for asked in asked.iter().take(limit) {
            found.extend(find(&state, caller.project, asked).await?);
        }
    }
    Ok(Json(found.iter().map(dataset_json).collect()))
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let found = find(&state, caller.project, &DatasetRef::Id(id)).await?;
    Ok(Json(dataset_json(&found.ok_or_else(|| Problem::not_found("dataset"))?)))
}

pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let known = find(&state, caller.project, &DatasetRef::Id(id)).await?.ok_or_else(|| Problem::not_found("dataset"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let metadata = body.get("metadata").and_then(Value::as_object).cloned().map(|mut metadata| {
        let own = known.metadata.get(OWN).cloned().unwrap_or_default();
        metadata.insert(OWN.to_owned(), own);
        Value::Object(metadata)
    });
    let change = DatasetChange { name: text("name"), description: text("description"), metadata };
    Ok(Json(dataset_json(&state.library.update_dataset(caller.project, &known.id, change).await?)))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let id = id_of(&state, caller.project, &id).await?;
    state.library.delete_dataset(caller.project, &id).await?;
    Ok(StatusCode::OK)
}

/// A dataset by the id that the SDK knows: UUIDs. Those that were made elsewhere may be hexadecimal digits without hyphens.
pub(super) async fn find(state: &AppState, project: ProjectId, asked: &DatasetRef) -> ApiResult<Option<Dataset>> {
    let found = state.library.dataset(project, asked).await?;
    match (found, asked) {
        (None, DatasetRef::Id(id)) => Ok(state.library.dataset(project, &DatasetRef::Id(id.replace('-', ""))).await?),
        (found, _) => Ok(found),
    }
}

/// The library's id of a dataset that must be there.
pub(super) async fn id_of(state: &AppState, project: ProjectId, id: &str) -> ApiResult<String> {
    let found = find(state, project, &DatasetRef::Id(id.to_owned())).await?;
    found.map(|dataset| dataset.id).ok_or_else(|| Problem::not_found("dataset"))
}

/// The id of something in the library as the UUID that the SDKs insist on.
pub(super) fn uuid_of(id: &str) -> String {
    let is_hex = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { uuid_text(id) } else { id.to_owned() }
}

fn dataset_json(dataset: &Dataset) -> Value {
    let mut metadata = dataset.metadata.as_object().cloned().unwrap_or_default();
    let own = metadata.remove(OWN);
    let own = |name: &str| own.as_ref().and_then(|own| own.get(name).cloned()).unwrap_or_default();
    let data_type = own("data_type");
    json!({
        "id": uuid_of(&dataset.id),
        "name": dataset.name,
        "description": dataset.description,
        "created_at": dataset.created_at,
        "modified_at": dataset.updated_at,
        "data_type": if data_type.is_null() { json!("kv") } else { data_type },
        "example_count": dataset.item_count,
        "inputs_schema_definition": own("inputs_schema_definition"),
        "outputs_schema_definition": own("outputs_schema_definition"),
        "transformations": own("transformations"),
        "metadata": metadata,
    })
}
