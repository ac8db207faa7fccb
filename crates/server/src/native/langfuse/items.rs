//! `/api/public/dataset-items`.

use super::{body, datasets::by_name, paging::PageParams};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    params::given,
};
use axum::{Json, body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId,
    library::{Dataset, DatasetItem, DatasetRef, ItemFilter, ItemStatus, NewDatasetItem},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemBody {
    dataset_name: String,
    id: Option<String>,
    status: Option<String>,
    #[serde(default)]
    input: Value,
    #[serde(default)]
    expected_output: Value,
    #[serde(default)]
    metadata: Value,
    source_trace_id: Option<String>,
    source_observation_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Wanted {
    dataset_name: Option<String>,
    source_trace_id: Option<String>,
    source_observation_id: Option<String>,
    page: Option<u64>,
    limit: Option<u64>,
}

/// A new item, or more about the one with this id: what is not told stays.
pub(super) async fn put(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (told, _permits) = body::read::<ItemBody>(&state, &headers, body).await?;
    let dataset = by_name(&state, caller.project, &told.dataset_name).await?;
    let known = match &told.id {
        Some(id) => state.library.dataset_item(caller.project, id).await?,
        None => None,
    };
    let item = merged(told, known)?;
    let stored = state.library.put_dataset_items(caller.project, &dataset.id, vec![item]).await?;
    let stored = stored.into_iter().next().ok_or_else(|| Problem::internal("an item that was put is not there"))?;
    Ok(Json(item_json(stored, &dataset.name)))
}

fn merged(told: ItemBody, known: Option<DatasetItem>) -> ApiResult<NewDatasetItem> {
    let status = match told.status.as_deref().map(str::to_ascii_lowercase) {
        Some(name) => Some(ItemStatus::from_name(&name).ok_or_else(|| Problem::invalid("status", "expected ACTIVE or ARCHIVED"))?),
        None => None,
    };
    let known = known.unwrap_or_else(|| {
        NewDatasetItem::default().into_item(String::new(), String::new(), 0, model::Timestamp::now(), model::Timestamp::now())
    });
    let or_known = |told: Value, known: Value| if told.is_null() { known } else { told };
    Ok(NewDatasetItem {
        id: told.id,
        status: status.unwrap_or(known.status),
        input: or_known(told.input, known.input),
        expected_output: or_known(told.expected_output, known.expected_output),
        context: known.context,
        metadata: or_known(told.metadata, known.metadata),
        source_trace_id: told.source_trace_id.or(known.source_trace_id),
        source_span_id: told.source_observation_id.or(known.source_span_id),
    })
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let mut names = Names::default();
    let dataset = match given(&wanted.dataset_name) {
        Some(name) => Some(by_name(&state, caller.project, name).await?),
        None => None,
    };
    let filter = ItemFilter {
        dataset_id: dataset.as_ref().map(|dataset| dataset.id.clone()),
        status: None,
        source_trace_id: wanted.source_trace_id.filter(|id| !id.is_empty()),
        source_span_id: wanted.source_observation_id.filter(|id| !id.is_empty()),
    };
    dataset.into_iter().for_each(|dataset| names.know(dataset));
    let listed = state.library.list_dataset_items(caller.project, &filter, page.request()).await?;
    let mut data = Vec::with_capacity(listed.items.len());
    for item in listed.items {
        let name = names.of(&state, caller.project, &item.dataset_id).await?;
        data.push(item_json(item, &name));
    }
    Ok(Json(page.answer(data, listed.total)))
}

pub(super) async fn get(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let item = by_id(&state, caller.project, &id).await?;
    let name = Names::default().of(&state, caller.project, &item.dataset_id).await?;
    Ok(Json(item_json(item, &name)))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<SdkAdmin>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    state.library.delete_dataset_item(caller.project, &id).await?;
    Ok(Json(json!({"message": "Dataset item successfully deleted"})))
}

pub(super) async fn by_id(state: &AppState, project: ProjectId, id: &str) -> ApiResult<DatasetItem> {
    state.library.dataset_item(project, id).await?.ok_or_else(|| Problem::not_found(&format!("dataset item {id:?}")))
}

/// Names of datasets by their ids, each looked up once.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    fn know(&mut self, dataset: Dataset) {
        self.0.insert(dataset.id, dataset.name);
    }

    /// Empty for a dataset that is gone.
    pub(super) async fn of(&mut self, state: &AppState, project: ProjectId, id: &str) -> ApiResult<String> {
        if !self.0.contains_key(id) {
            let found = state.library.dataset(project, &DatasetRef::Id(id.to_owned())).await?;
            self.0.insert(id.to_owned(), found.map(|dataset| dataset.name).unwrap_or_default());
        }
        Ok(self.0.get(id).cloned().unwrap_or_default())
    }
}

fn item_json(item: DatasetItem, dataset_name: &str) -> Value {
    json!({
        "id": item.id, "status": item.status.as_str().to_ascii_uppercase(), "input": item.input, "expectedOutput": item.expected_output,
        "metadata": item.metadata, "sourceTraceId": item.source_trace_id, "sourceObservationId": item.source_span_id,
        "datasetId": item.dataset_id, "datasetName": dataset_name, "createdAt": item.created_at, "updatedAt": item.updated_at,
        "mediaReferences": [],
    })
}
