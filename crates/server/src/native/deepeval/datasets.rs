//! `/v1/datasets/{alias}`: goldens pushed, queued, pulled. A version of a dataset is a copy of it under the name `alias@version`.

use super::{envelope::Envelope, keep};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::links::Dashboard,
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId, StoreError,
    library::{Dataset, DatasetItem, DatasetRef, ItemFilter, MAX_BATCH, NewDataset, NewDatasetItem, PageRequest},
    query::MAX_PAGE,
};
use protocol::native::deepeval::{self, Goldens};
use serde::Deserialize;
use serde_json::{Value, json};

/// Goldens that one pull answers, and one version copies: what fits into a client's memory and a request's time.
const MAX_GOLDENS: usize = 50_000;
/// Versions of one dataset.
const MAX_VERSIONS: usize = 1_000;

pub(super) async fn push(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    Path(alias): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    take_in(&state, caller.project, dashboard, &alias, &headers, body, false).await
}

/// Goldens that somebody has to look at first.
pub(super) async fn queue(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    Path(alias): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    take_in(&state, caller.project, dashboard, &alias, &headers, body, true).await
}

async fn take_in(
    state: &AppState,
    project: ProjectId,
    dashboard: Dashboard,
    alias: &str,
    headers: &HeaderMap,
    body: Body,
    is_queue: bool,
) -> ApiResult<Envelope> {
    let (read, _received) = keep::read(state, headers, body, move |body| deepeval::goldens(body, is_queue)).await?;
    let Goldens { version, items, media, rejected } = read;
    if let (true, Some(error)) = (items.is_empty(), rejected.first()) {
        return Err(keep::refused(error.clone()));
    }
    let dataset = match version {
        Some(version) => find(state, project, &version_name(alias, &version)).await?,
        None => find_or_create(state, project, alias).await?,
    };
    keep::media(state, project, media).await?;
    put_items(state, project, &dataset.id, items).await?;
    let mut data = json!({"id": dataset.id});
    keep::name_rejected(&mut data, rejected.iter());
    Ok(Envelope::with_link(data, dashboard.of(state, project).await.dataset(&dataset.id)))
}

#[derive(Deserialize)]
pub(super) struct Pull {
    finalized: Option<bool>,
    version: Option<String>,
}

pub(super) async fn pull(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(alias): Path<String>,
    Query(pull): Query<Pull>,
) -> ApiResult<Envelope> {
    let name = pull.version.as_deref().map_or_else(|| alias.clone(), |version| version_name(&alias, version));
    let dataset = find(&state, caller.project, &name).await?;
    let finalized = pull.finalized.unwrap_or(true);
    let items = all_items(&state, caller.project, &dataset.id).await?;
    let items: Vec<DatasetItem> = items.into_iter().filter(|item| deepeval::is_finalized(item) == finalized).collect();
    // A dataset of DeepEval's is all conversations or none; of one that was made otherwise, the conversations cannot come along.
    let (list, is_asked): (_, fn(&DatasetItem) -> bool) = match items.first() {
        Some(first) if deepeval::is_conversation(first) => ("conversationalGoldens", deepeval::is_conversation),
        _ => ("goldens", |item| !deepeval::is_conversation(item)),
    };
    let goldens: Vec<Value> = items.iter().filter(|item| is_asked(item)).map(deepeval::golden).collect();
    Ok(Envelope::new(json!({"id": dataset.id, "version": pull.version, list: goldens})))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(alias): Path<String>) -> ApiResult<Envelope> {
    let dataset = find(&state, caller.project, &alias).await?;
    for (_, version) in list_versions(&state, caller.project, &alias).await? {
        state.library.delete_dataset(caller.project, &version.id).await?;
    }
    state.library.delete_dataset(caller.project, &dataset.id).await?;
    Ok(Envelope::new(json!({"id": dataset.id})))
}

pub(super) async fn create_version(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    Path(alias): Path<String>,
) -> ApiResult<Envelope> {
    let dataset = find(&state, caller.project, &alias).await?;
    let items = all_items(&state, caller.project, &dataset.id).await?;
    let known = list_versions(&state, caller.project, &alias).await?.len();
    if known >= MAX_VERSIONS {
        return Err(Problem::from(StoreError::LimitExceeded(format!("{MAX_VERSIONS} versions of one dataset"))));
    }
    let version = (known + 1).to_string();
    // Of two at the same time, the second finds the name taken and says so.
    let new = NewDataset {
        name: version_name(&alias, &version),
        metadata: json!({"versionOf": dataset.id, "version": version}),
        ..NewDataset::default()
    };
    let copy = state.library.create_dataset(caller.project, new).await?;
    put_items(&state, caller.project, &copy.id, items.into_iter().map(copy_of).collect()).await?;
    Ok(Envelope::with_link(json!({"id": copy.id, "version": version}), dashboard.of(&state, caller.project).await.dataset(&copy.id)))
}

pub(super) async fn versions(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(alias): Path<String>) -> ApiResult<Envelope> {
    find(&state, caller.project, &alias).await?;
    let known = list_versions(&state, caller.project, &alias).await?;
    let versions: Vec<Value> = known
        .into_iter()
        .rev()
        .map(|(version, dataset)| json!({"id": dataset.id, "version": version, "createdAt": dataset.created_at}))
        .collect();
    Ok(Envelope::new(json!({"versions": versions})))
}

pub(super) async fn update_golden(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((alias, golden)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let dataset = find(&state, caller.project, &alias).await?;
    let ((item, media), _received) = keep::read(&state, &headers, body, |body| deepeval::golden_item(body, true)).await?;
    item_of(&state, caller.project, &dataset, &golden).await?;
    keep::media(&state, caller.project, media).await?;
    put_items(&state, caller.project, &dataset.id, vec![NewDatasetItem { id: Some(golden.clone()), ..item }]).await?;
    Ok(Envelope::new(json!({"id": golden})))
}

pub(super) async fn delete_golden(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((alias, golden)): Path<(String, String)>,
) -> ApiResult<Envelope> {
    let dataset = find(&state, caller.project, &alias).await?;
    item_of(&state, caller.project, &dataset, &golden).await?;
    state.library.delete_dataset_item(caller.project, &golden).await?;
    Ok(Envelope::new(json!({"id": golden})))
}

fn version_name(alias: &str, version: &str) -> String {
    format!("{alias}@{version}")
}

fn no_dataset(name: &str) -> Problem {
    Problem::not_found(&format!("the dataset {name:?}"))
}

async fn find(state: &AppState, project: ProjectId, name: &str) -> ApiResult<Dataset> {
    state.library.dataset(project, &DatasetRef::Name(name.to_owned())).await?.ok_or_else(|| no_dataset(name))
}

async fn find_or_create(state: &AppState, project: ProjectId, name: &str) -> ApiResult<Dataset> {
    let by_name = DatasetRef::Name(name.to_owned());
    if let Some(dataset) = state.library.dataset(project, &by_name).await? {
        return Ok(dataset);
    }
    match state.library.create_dataset(project, NewDataset { name: name.to_owned(), ..NewDataset::default() }).await {
        // Somebody else was faster.
        Err(StoreError::Conflict(_)) => find(state, project, name).await,
        created => Ok(created?),
    }
}

/// The versions by their numbers, ascending.
async fn list_versions(state: &AppState, project: ProjectId, alias: &str) -> ApiResult<Vec<(String, Dataset)>> {
    let mut versions = Vec::new();
    while versions.len() < MAX_VERSIONS {
        let version = (versions.len() + 1).to_string();
        match state.library.dataset(project, &DatasetRef::Name(version_name(alias, &version))).await? {
            Some(dataset) => versions.push((version, dataset)),
            None => break,
        }
    }
    Ok(versions)
}

async fn item_of(state: &AppState, project: ProjectId, dataset: &Dataset, id: &str) -> ApiResult<DatasetItem> {
    let item = state.library.dataset_item(project, id).await?.filter(|item| item.dataset_id == dataset.id);
    item.ok_or_else(|| Problem::not_found(&format!("the golden {id:?}")))
}

async fn all_items(state: &AppState, project: ProjectId, dataset: &str) -> ApiResult<Vec<DatasetItem>> {
    let filter = ItemFilter { dataset_id: Some(dataset.to_owned()), ..ItemFilter::default() };
    let mut items = Vec::new();
    let mut page = PageRequest::first(MAX_PAGE);
    loop {
        let listed = state.library.list_dataset_items(project, &filter, page).await?;
        items.extend(listed.items);
        if items.len() > MAX_GOLDENS {
            return Err(Problem::from(StoreError::LimitExceeded(format!("{MAX_GOLDENS} goldens of one dataset"))));
        }
        match listed.next_cursor {
            Some(cursor) => page = PageRequest::after(Some(cursor), MAX_PAGE),
            None => return Ok(items),
        }
    }
}

async fn put_items(state: &AppState, project: ProjectId, dataset: &str, items: Vec<NewDatasetItem>) -> ApiResult<()> {
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        state.library.put_dataset_items(project, dataset, items.by_ref().take(MAX_BATCH).collect()).await?;
    }
    Ok(())
}

fn copy_of(item: DatasetItem) -> NewDatasetItem {
    NewDatasetItem {
        id: None,
        status: item.status,
        input: item.input,
        expected_output: item.expected_output,
        context: item.context,
        metadata: item.metadata,
        source_trace_id: item.source_trace_id,
        source_span_id: item.source_span_id,
    }
}
