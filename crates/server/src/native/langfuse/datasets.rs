//! `/api/public/v2/datasets`.

use super::{body, paging::PageParams};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Path, Problem, Query},
};
use axum::{Json, body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId,
    library::{Dataset, DatasetChange, DatasetRef, NewDataset},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Where schemas are kept, which have no field of their own: beside the client's metadata.
const SCHEMAS: [&str; 2] = ["inputSchema", "expectedOutputSchema"];
const SCHEMA_PREFIX: &str = "langfuse.";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DatasetBody {
    name: String,
    description: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    input_schema: Value,
    #[serde(default)]
    expected_output_schema: Value,
}

/// A new dataset, or more about the one of this name.
pub(super) async fn put(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (told, _permits) = body::read::<DatasetBody>(&state, &headers, body).await?;
    let metadata = with_schemas(told.metadata, [told.input_schema, told.expected_output_schema]);
    let dataset = match state.library.dataset(caller.project, &DatasetRef::Name(told.name.clone())).await? {
        Some(known) => {
            let metadata = (!metadata.is_null()).then_some(metadata);
            let change = DatasetChange { name: None, description: told.description, metadata };
            state.library.update_dataset(caller.project, &known.id, change).await?
        }
        None => {
            let new = NewDataset { id: None, name: told.name, description: told.description, metadata };
            state.library.create_dataset(caller.project, new).await?
        }
    };
    Ok(Json(dataset_json(dataset, caller.project)))
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(page): Query<PageParams>,
) -> ApiResult<Json<Value>> {
    let page = page.page()?;
    let listed = state.library.list_datasets(caller.project, page.request()).await?;
    let data = listed.items.into_iter().map(|dataset| dataset_json(dataset, caller.project)).collect();
    Ok(Json(page.answer(data, listed.total)))
}

pub(super) async fn get(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(name): Path<String>) -> ApiResult<Json<Value>> {
    let dataset = by_name(&state, caller.project, &name).await?;
    Ok(Json(dataset_json(dataset, caller.project)))
}

pub(super) async fn by_name(state: &AppState, project: ProjectId, name: &str) -> ApiResult<Dataset> {
    let found = state.library.dataset(project, &DatasetRef::Name(name.to_owned())).await?;
    found.ok_or_else(|| Problem::not_found(&format!("dataset {name:?}")))
}

fn with_schemas(metadata: Value, schemas: [Value; 2]) -> Value {
    if schemas.iter().all(Value::is_null) {
        return metadata;
    }
    let mut fields = match metadata {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("metadata".to_owned(), other)]),
    };
    let told = SCHEMAS.into_iter().zip(schemas).filter(|(_, schema)| !schema.is_null());
    fields.extend(told.map(|(name, schema)| (format!("{SCHEMA_PREFIX}{name}"), schema)));
    Value::Object(fields)
}

fn dataset_json(dataset: Dataset, project: ProjectId) -> Value {
    let mut metadata = dataset.metadata;
    let [input_schema, expected_output_schema] =
        SCHEMAS.map(|name| metadata.as_object_mut().and_then(|fields| fields.remove(&format!("{SCHEMA_PREFIX}{name}"))));
    json!({
        "id": dataset.id, "name": dataset.name, "description": dataset.description, "metadata": metadata, "projectId": project,
        "inputSchema": input_schema, "expectedOutputSchema": expected_output_schema, "createdAt": dataset.created_at,
        "updatedAt": dataset.updated_at,
    })
}
