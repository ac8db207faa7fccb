//! `/api/public/dataset-run-items` and `/api/public/datasets/{name}/runs`: runs as SDKs before version 5 tell them.

use super::{
    PROTOCOL, experiment_id,
    record::put_experiment,
    result_id,
    scores::{verdicts_of, without_scores},
};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::{
        langfuse::{
            body,
            datasets::by_name,
            items,
            lookup::trace_of_observation,
            paging::{Page, PageParams},
        },
        run_memory::Link,
    },
};
use axum::{Json, body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId,
    library::{Dataset, Experiment, ExperimentFilter, ExperimentResult, NewExperiment, NewResult, PageRequest, ResultFilter},
    query::MAX_PAGE,
};
use protocol::langfuse;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunItem {
    run_name: String,
    run_description: Option<String>,
    #[serde(default)]
    metadata: Value,
    dataset_item_id: String,
    trace_id: Option<String>,
    observation_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfRun {
    dataset_id: String,
    run_name: String,
    page: Option<u64>,
    limit: Option<u64>,
}

/// Links a trace to the run of an item.
pub(crate) async fn create_item(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (told, _permits) = body::read::<RunItem>(&state, &headers, body).await?;
    let project = caller.project;
    let item = items::by_id(&state, project, &told.dataset_item_id).await?;
    let span = told.observation_id.as_deref().filter(|id| !id.is_empty()).map(langfuse::observation_id);
    let trace = match (told.trace_id.as_deref().filter(|id| !id.is_empty()), span) {
        (Some(trace), _) => langfuse::trace_id(trace),
        (None, Some(span)) => trace_of_observation(&state, project, span).await?.ok_or_else(|| Problem::not_found("observation"))?,
        (None, None) => return Err(Problem::invalid("traceId", "expected traceId or observationId")),
    };
    let run = experiment_id(project, &item.dataset_id, &told.run_name);
    let experiment = NewExperiment {
        id: Some(run.clone()),
        name: told.run_name,
        dataset_id: Some(item.dataset_id),
        protocol: PROTOCOL.to_owned(),
        description: told.run_description,
        metadata: told.metadata,
    };
    put_experiment(&state, project, experiment).await?;
    let id = result_id(trace, &item.id);
    state.runs.link(project, trace, Link { experiment_id: run.clone(), result_id: id.clone(), span });
    let result = NewResult {
        id: Some(id),
        item_id: Some(item.id),
        trace_id: Some(trace.to_hex()),
        span_id: span.map(|span| span.to_hex()),
        input: item.input,
        expected_output: item.expected_output,
        verdicts: verdicts_of(&state, project, trace, span).await?,
        ..NewResult::default()
    };
    let stored = state.library.put_results(project, &run, vec![result]).await?;
    let experiment = state.library.experiment(project, &run).await?;
    match (stored.first(), experiment) {
        (Some(stored), Some(experiment)) => Ok(Json(item_json(stored, &experiment))),
        _ => Err(Problem::internal("a run that was put is not there")),
    }
}

pub(crate) async fn items(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(asked): Query<OfRun>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(asked.page, asked.limit).page()?;
    let run = experiment(&state, caller.project, &asked.dataset_id, &asked.run_name).await?;
    let listed = state.library.list_results(caller.project, &run.id, &ResultFilter::default(), page.request()).await?;
    let data = listed.items.iter().map(|result| item_json(result, &run)).collect();
    Ok(Json(page.answer(data, listed.total)))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(name): Path<String>,
    Query(page): Query<PageParams>,
) -> ApiResult<Json<Value>> {
    let (page, dataset): (Page, Dataset) = (page.page()?, by_name(&state, caller.project, &name).await?);
    let filter = ExperimentFilter { dataset_id: Some(dataset.id.clone()), ..ExperimentFilter::default() };
    let listed = state.library.list_experiments(caller.project, &filter, page.request()).await?;
    let data = listed.items.into_iter().map(|run| run_json(run, &dataset)).collect();
    Ok(Json(page.answer(data, listed.total)))
}

pub(crate) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path((name, run)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    let dataset = by_name(&state, caller.project, &name).await?;
    let run = experiment(&state, caller.project, &dataset.id, &run).await?;
    let mut items: Vec<Value> = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest::after(cursor, MAX_PAGE);
        let listed = state.library.list_results(caller.project, &run.id, &ResultFilter::default(), page).await?;
        items.extend(listed.items.iter().map(|result| item_json(result, &run)));
        cursor = listed.next_cursor;
        if cursor.is_none() || items.len() >= MAX_ITEMS {
            break;
        }
    }
    let mut answer = run_json(run, &dataset);
    answer["datasetRunItems"] = Value::Array(items);
    Ok(Json(answer))
}

/// Most items of one answer. `dataset-run-items` has all.
const MAX_ITEMS: usize = 10_000;

pub(crate) async fn delete(
    State(state): State<AppState>,
    caller: Authorized<SdkAdmin>,
    Path((name, run)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    let dataset = by_name(&state, caller.project, &name).await?;
    let run = experiment(&state, caller.project, &dataset.id, &run).await?;
    state.library.delete_experiment(caller.project, &run.id).await?;
    Ok(Json(json!({"message": "Dataset run successfully deleted"})))
}

/// The newest experiment of this name over the dataset.
async fn experiment(state: &AppState, project: ProjectId, dataset_id: &str, name: &str) -> ApiResult<Experiment> {
    let filter = ExperimentFilter { dataset_id: Some(dataset_id.to_owned()), name: Some(name.to_owned()), protocol: None };
    let found = state.library.list_experiments(project, &filter, PageRequest::first(1)).await?;
    found.items.into_iter().next().ok_or_else(|| Problem::not_found(&format!("dataset run {name:?}")))
}

fn run_json(run: Experiment, dataset: &Dataset) -> Value {
    json!({
        "id": run.id, "name": run.name, "description": run.description, "metadata": without_scores(run.metadata), "datasetId": dataset.id,
        "datasetName": dataset.name, "createdAt": run.created_at, "updatedAt": run.updated_at,
    })
}

fn item_json(result: &ExperimentResult, run: &Experiment) -> Value {
    json!({
        "id": result.id, "datasetRunId": run.id, "datasetRunName": run.name, "datasetItemId": result.item_id,
        "traceId": result.trace_id, "observationId": result.span_id, "createdAt": result.created_at, "updatedAt": result.updated_at,
    })
}
