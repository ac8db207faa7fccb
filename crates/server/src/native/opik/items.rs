//! Items of datasets: written in parts, read in pages or as lines.

use super::{
    datasets::{by_id, by_name},
    lines,
    pages::PageParams,
    unsupported::not_here,
};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::{self, LargeJson, Received},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures::stream;
use model::{
    ProjectId,
    library::{DatasetItem, ItemFilter, ItemStatus, ListCursor, MAX_BATCH, NewDataset, PageRequest, generate_id},
};
use protocol::{
    native::opik::{item_json, read_items},
    uuid_text,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Items of one answer of [`search`]. The SDK asks for so many, and for what follows.
const MAX_LIMIT: usize = 2_000;
/// Items that are read and written out together.
const PIECE: usize = 50;

/// A dataset that is named and not there is made, as Opik does.
pub(super) async fn put(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let Received { bytes, length, permits } = ingest::receive(&state, &headers, body).await?;
    let (mut items, told) = ingest::decode(length, move || Ok(read_items(&bytes)?)).await?;
    let dataset = dataset_of(&state, caller.project, &told).await?;
    for item in &mut items {
        item.id.get_or_insert_with(|| uuid_text(&generate_id()));
    }
    state.library.put_dataset_items(caller.project, &dataset, items).await?;
    drop(permits);
    Ok(StatusCode::NO_CONTENT)
}

async fn dataset_of(state: &AppState, project: ProjectId, told: &Map<String, Value>) -> ApiResult<String> {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    if let Some(id) = text("dataset_id") {
        return Ok(by_id(state, project, id).await?.id);
    }
    let name = text("dataset_name").ok_or_else(|| Problem::invalid("dataset_name", "expected dataset_name or dataset_id"))?;
    match by_name(state, project, name).await {
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            let new = NewDataset { id: Some(uuid_text(&generate_id())), name: name.to_owned(), ..NewDataset::default() };
            match state.library.create_dataset(project, new).await {
                Ok(made) => Ok(made.id),
                // Parts of a dataset come at once: another one made it.
                Err(model::StoreError::Conflict(_)) => Ok(by_name(state, project, name).await?.id),
                Err(error) => Err(error.into()),
            }
        }
        found => Ok(found?.id),
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    dataset_name: String,
    last_retrieved_id: Option<String>,
    /// Spelt so by Opik.
    steam_limit: Option<usize>,
    filters: Option<String>,
}

pub(super) async fn search(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(wanted, _permits): LargeJson<Wanted>,
) -> ApiResult<Response> {
    refuse_filters(wanted.filters.as_deref())?;
    let dataset = by_name(&state, caller.project, &wanted.dataset_name).await?;
    let after = match &wanted.last_retrieved_id {
        Some(id) => Some(cursor_of(&find(&state, caller.project, id).await?)),
        None => None,
    };
    let limit = wanted.steam_limit.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT);
    let filter = ItemFilter { dataset_id: Some(dataset.id), status: Some(ItemStatus::Active), ..ItemFilter::default() };
    let project = caller.project;
    let pieces = stream::try_unfold(Some((after, limit)), move |next| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let Some((after, left)) = next else { return Ok(None) };
            let listed = state.library.list_dataset_items(project, &filter, PageRequest::after(after, left.min(PIECE))).await?;
            let left = left - listed.items.len().min(left);
            let next = listed.next_cursor.filter(|_| left > 0).map(|cursor| (Some(cursor), left));
            Ok::<_, Problem>(Some((listed.items.iter().map(item_json).collect(), next)))
        }
    });
    Ok(lines::streamed(pieces))
}

/// Items are listed by position.
fn cursor_of(item: &DatasetItem) -> ListCursor {
    ListCursor { rank: i64::try_from(item.position).unwrap_or(i64::MAX), id: item.id.clone() }
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    page: Option<u64>,
    size: Option<u64>,
    filters: Option<String>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(dataset): Path<String>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    refuse_filters(params.filters.as_deref())?;
    let page = PageParams::new(params.page, params.size);
    let dataset = by_id(&state, caller.project, &dataset).await?;
    let filter = ItemFilter { dataset_id: Some(dataset.id), status: Some(ItemStatus::Active), ..ItemFilter::default() };
    let listed = state.library.list_dataset_items(caller.project, &filter, page.request()).await?;
    Ok(Json(page.answer(listed.items.iter().map(item_json).collect(), listed.total)))
}

fn refuse_filters(filters: Option<&str>) -> ApiResult<()> {
    match filters {
        None | Some("" | "[]") => Ok(()),
        Some(_) => Err(not_here("items are not filtered here: read them all, or ask for them by id")),
    }
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    Ok(Json(item_json(&find(&state, caller.project, &id).await?)))
}

#[derive(Deserialize)]
pub(super) struct Ids {
    item_ids: Vec<String>,
}

pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(asked, _permits): LargeJson<Ids>,
) -> ApiResult<StatusCode> {
    if asked.item_ids.len() > MAX_BATCH {
        return Err(Problem::invalid("item_ids", format!("expected at most {MAX_BATCH}")));
    }
    for id in &asked.item_ids {
        match state.library.delete_dataset_item(caller.project, &id.to_lowercase()).await {
            // Sent again: it is gone.
            Ok(()) | Err(model::StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &AppState, project: ProjectId, id: &str) -> ApiResult<DatasetItem> {
    let found = state.library.dataset_item(project, &id.to_lowercase()).await?;
    found.ok_or_else(|| Problem::not_found("dataset item"))
}
