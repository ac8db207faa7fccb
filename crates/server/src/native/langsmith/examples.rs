//! Examples: the items of a dataset.

use super::{
    attachments,
    datasets::{id_of, uuid_of},
    params::Params,
    runs::find_run,
};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
    ingest::{Received, decode, receive},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use model::{
    ProjectId, Timestamp,
    library::{DatasetItem, ItemFilter, ItemStatus, MAX_BATCH, NewDatasetItem, PageRequest},
};
use protocol::{
    multipart::form_boundary,
    native::{
        Side,
        langsmith::{self, ExampleForm, ITEM_ATTACHMENTS, SPLITS, SentExample, files_json, read_example_form, read_examples},
    },
};
use serde_json::{Value, json};

/// `POST /examples` with one, `POST /examples/bulk` with a list.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (sent, _received) = json_body(&state, &headers, body).await?;
    let items = write(&state, caller.project, None, sent).await?;
    Ok(Json(items.first().map(example_json).unwrap_or_default()))
}

pub(super) async fn create_bulk(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (sent, _received) = json_body(&state, &headers, body).await?;
    let items = write(&state, caller.project, None, sent).await?;
    Ok(Json(items.iter().map(example_json).collect()))
}

/// `POST` and `PATCH` of a form: what is not told of an example stays.
pub(super) async fn write_form(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(dataset): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = form_boundary(content_type)
        .ok_or_else(|| Problem::unsupported_media_type("expected Content-Type: multipart/form-data with a boundary"))?;
    let Received { bytes, length, permits } = receive(&state, &headers, body).await?;
    let ExampleForm { examples: sent, rejected } = decode(length, move || Ok(read_example_form(&bytes, &boundary)?)).await?;
    if let Some(message) = langsmith::refusal(&rejected) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    let dataset = id_of(&state, caller.project, &dataset).await?;
    let items = write(&state, caller.project, Some(&dataset), sent).await?;
    drop(permits);
    let ids: Vec<String> = items.iter().map(|item| uuid_of(&item.id)).collect();
    let as_of = items.iter().map(|item| item.updated_at).max().unwrap_or_else(Timestamp::now);
    Ok((StatusCode::CREATED, Json(json!({"count": ids.len(), "example_ids": ids, "as_of": as_of}))))
}

/// `PATCH /examples/{id}`.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (mut sent, _received) = json_body(&state, &headers, body).await?;
    let known = find(&state, caller.project, &id).await?;
    sent.truncate(1);
    if let Some(sent) = sent.first_mut() {
        sent.id = Some(known.id);
    }
    let items = write(&state, caller.project, Some(&known.dataset_id), sent).await?;
    Ok(Json(json!({"message": "example updated", "id": items.first().map(|item| uuid_of(&item.id))})))
}

/// `PATCH /examples/bulk`.
pub(super) async fn change_bulk(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (sent, _received) = json_body(&state, &headers, body).await?;
    let count = write(&state, caller.project, None, sent).await?.len();
    Ok(Json(json!({"message": format!("{count} examples updated"), "count": count})))
}

async fn json_body(state: &AppState, headers: &HeaderMap, body: Body) -> ApiResult<(Vec<SentExample>, Vec<crate::http::Permit>)> {
    let Received { bytes, length, permits } = receive(state, headers, body).await?;
    Ok((decode(length, move || Ok(read_examples(&bytes)?)).await?, permits))
}

/// Writes examples to their dataset: `dataset`, or the one that each names, all the same. Files are kept first.
async fn write(state: &AppState, project: ProjectId, dataset: Option<&str>, sent: Vec<SentExample>) -> ApiResult<Vec<DatasetItem>> {
    if sent.len() > MAX_BATCH {
        return Err(Problem::too_large(format!("expected at most {MAX_BATCH} examples in one request")));
    }
    let dataset = match (dataset, sent.first().and_then(|first| first.dataset_id.clone())) {
        (Some(dataset), _) => dataset.to_owned(),
        (None, Some(named)) => id_of(state, project, &named).await?,
        (None, None) => match sent.first().and_then(|first| first.id.as_deref()) {
            // A change names only the example.
            Some(id) => find(state, project, id).await?.dataset_id,
            None => return Err(Problem::invalid("dataset_id", "expected a string; this field is required")),
        },
    };
    let mut items = Vec::with_capacity(sent.len());
    for mut example in sent {
        if example.use_source_run_io
            && let Some(run) = example.source_run_id.as_deref()
            && let Some(run) = find_run(state, project, run).await?
        {
            example.inputs = example.inputs.or_else(|| langsmith::object(&run, Side::Input));
            example.outputs = example.outputs.or_else(|| langsmith::object(&run, Side::Output));
        }
        let known = match example.id.as_deref() {
            Some(id) => state.library.dataset_item(project, id).await?.filter(|item| item.dataset_id == dataset),
            None => None,
        };
        let mut item = known.map(item_again).unwrap_or_default();
        for medium in example.apply(&mut item) {
            attachments::put(state, project, medium).await?.map_err(|message| Problem::invalid("attachment", message))?;
        }
        items.push(item);
    }
    Ok(state.library.put_dataset_items(project, &dataset, items).await?)
}

fn item_again(item: DatasetItem) -> NewDatasetItem {
    NewDatasetItem {
        id: Some(item.id),
        status: item.status,
        input: item.input,
        expected_output: item.expected_output,
        context: item.context,
        metadata: item.metadata,
        source_trace_id: item.source_trace_id,
        source_span_id: item.source_span_id,
    }
}

/// By dataset, or by ids; of those the ones with this metadata and in these splits.
pub(super) async fn list(State(state): State<AppState>, caller: Authorized<SdkRead>, params: Params) -> ApiResult<Json<Value>> {
    let (offset, limit) = params.page()?;
    if params.one("filter").is_some() {
        return Err(Problem::invalid("filter", "expected none: examples are found by dataset, ids, metadata and splits here"));
    }
    let wanted: Value = match params.one("metadata") {
        Some(text) => serde_json::from_str(text).map_err(|_| Problem::invalid("metadata", "expected JSON"))?,
        None => Value::Null,
    };
    let splits: Vec<&str> = params.all("splits").collect();
    let matches = |item: &DatasetItem| {
        let has = |(name, value): (&String, &Value)| item.metadata.get(name) == Some(value);
        let in_split =
            |split: &&str| item.metadata.get(SPLITS).and_then(Value::as_array).is_some_and(|of| of.iter().any(|name| name == split));
        wanted.as_object().is_none_or(|wanted| wanted.iter().all(has)) && (splits.is_empty() || splits.iter().any(in_split))
    };
    let ids: Vec<&str> = params.all("id").collect();
    let mut found = Vec::new();
    if ids.is_empty() {
        let Some(dataset) = params.one("dataset") else { return Err(Problem::invalid("dataset", "expected a dataset, or ids")) };
        let filter = ItemFilter {
            dataset_id: Some(id_of(&state, caller.project, dataset).await?),
            status: Some(ItemStatus::Active),
            ..ItemFilter::default()
        };
        found = page(&state, caller.project, &filter, offset, limit, matches).await?;
    } else {
        for id in ids.into_iter().skip(offset).take(limit) {
            found.extend(state.library.dataset_item(caller.project, &id.to_lowercase()).await?.filter(|item| matches(item)));
        }
    }
    Ok(Json(found.iter().map(example_json).collect()))
}

/// The matching items from `offset` on. Pages of the library are read until there are enough: the SDK takes a short page for the last.
async fn page(
    state: &AppState,
    project: ProjectId,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
    matches: impl Fn(&DatasetItem) -> bool,
) -> ApiResult<Vec<DatasetItem>> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let listed = state.library.list_dataset_items(project, filter, PageRequest::after(after, MAX_BATCH)).await?;
        found.extend(listed.items.into_iter().filter(|item| matches(item)));
        after = listed.next_cursor;
        if after.is_none() || found.len() >= offset + limit {
            break;
        }
    }
    Ok(found.into_iter().skip(offset).take(limit).collect())
}

/// Pages of the library that one list reads at most: a hundred thousand items.
const MAX_PAGES: usize = 100;

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    Ok(Json(example_json(&find(&state, caller.project, &id).await?)))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let item = find(&state, caller.project, &id).await?;
    state.library.delete_dataset_item(caller.project, &item.id).await?;
    Ok(StatusCode::OK)
}

/// `DELETE /examples?example_ids=…`.
pub(super) async fn delete_bulk(State(state): State<AppState>, caller: Authorized<Ingest>, params: Params) -> ApiResult<StatusCode> {
    for id in params.all("example_ids").take(MAX_BATCH) {
        let item = find(&state, caller.project, id).await?;
        state.library.delete_dataset_item(caller.project, &item.id).await?;
    }
    Ok(StatusCode::OK)
}

async fn find(state: &AppState, project: ProjectId, id: &str) -> ApiResult<DatasetItem> {
    let id = id.to_lowercase();
    let found = match state.library.dataset_item(project, &id).await? {
        Some(item) => Some(item),
        None => state.library.dataset_item(project, &id.replace('-', "")).await?,
    };
    found.ok_or_else(|| Problem::not_found("example"))
}

fn example_json(item: &DatasetItem) -> Value {
    let inputs = if item.input.is_object() { item.input.clone() } else { json!({"input": item.input}) };
    let outputs = match &item.expected_output {
        object @ (Value::Object(_) | Value::Null) => object.clone(),
        other => json!({"output": other}),
    };
    json!({
        "id": uuid_of(&item.id),
        "dataset_id": uuid_of(&item.dataset_id),
        "name": item.id,
        "inputs": inputs,
        "outputs": outputs,
        "metadata": item.metadata,
        "created_at": item.created_at,
        "modified_at": item.updated_at,
        "source_run_id": item.source_span_id,
        "attachment_urls": files_json(item.context.get(ITEM_ATTACHMENTS).unwrap_or(&Value::Null)),
    })
}
