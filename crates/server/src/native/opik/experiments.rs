//! Experiments of the library, as Opik's SDK knows them. What they hold is in `results`.

use super::{datasets, lines, pages::PageParams};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::LargeJson,
};
use axum::{extract::State, http::StatusCode, response::Response};
use model::{
    ProjectId,
    library::{DatasetRef, Experiment, ExperimentFilter, ListCursor, MAX_BATCH, NewDataset, NewExperiment, PageRequest, generate_id},
    query::MAX_PAGE,
};
use protocol::{native::opik::CONVENTION, uuid_text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Fields of an experiment that the library has no field for: kept in its metadata under [`OWN`].
const OWN_FIELDS: [&str; 10] = [
    "project_name",
    "tags",
    "type",
    "evaluation_method",
    "optimization_id",
    "status",
    "experiment_scores",
    "prompt_version",
    "prompt_versions",
    "dataset_name",
];
const OWN: &str = "opik";

/// A dataset that is named and not there is made, as Opik does.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(body, _permits): LargeJson<Map<String, Value>>,
) -> ApiResult<StatusCode> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").unwrap_or_else(|| uuid_text(&generate_id())).to_lowercase();
    if state.library.experiment(caller.project, &id).await?.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "an experiment of this id is there already"));
    }
    let dataset = text("dataset_name").ok_or_else(|| Problem::invalid("dataset_name", "expected a string; this field is required"))?;
    let report = NewExperiment {
        name: text("name").unwrap_or_else(|| id.clone()),
        id: Some(id),
        dataset_id: Some(dataset_id(&state, caller.project, &dataset).await?),
        protocol: CONVENTION.to_owned(),
        description: None,
        metadata: with_own(body.get("metadata").cloned().unwrap_or_default(), &body, Map::new()),
    };
    state.library.put_experiment(caller.project, report).await?;
    Ok(StatusCode::CREATED)
}

async fn dataset_id(state: &AppState, project: ProjectId, name: &str) -> ApiResult<String> {
    if let Some(found) = state.library.dataset(project, &DatasetRef::Name(name.to_owned())).await? {
        return Ok(found.id);
    }
    let new = NewDataset { id: Some(uuid_text(&generate_id())), name: name.to_owned(), ..NewDataset::default() };
    match state.library.create_dataset(project, new).await {
        Ok(made) => Ok(made.id),
        // Another request made it meanwhile.
        Err(model::StoreError::Conflict(_)) => Ok(datasets::by_name(state, project, name).await?.id),
        Err(error) => Err(error.into()),
    }
}

/// The client's metadata, with what is told of [`OWN_FIELDS`] over what is known.
fn with_own(metadata: Value, told: &Map<String, Value>, mut known: Map<String, Value>) -> Value {
    let told = OWN_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), told.get(*name).filter(|value| !value.is_null())?.clone())));
    known.extend(told);
    let mut metadata = match metadata {
        Value::Object(metadata) => metadata,
        Value::Null => Map::new(),
        other => Map::from_iter([("metadata".to_owned(), other)]),
    };
    metadata.insert(OWN.to_owned(), Value::Object(known));
    Value::Object(metadata)
}

pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    LargeJson(body, _permits): LargeJson<Map<String, Value>>,
) -> ApiResult<StatusCode> {
    amend(&state, caller.project, &id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn amend(state: &AppState, project: ProjectId, id: &str, told: &Map<String, Value>) -> ApiResult<()> {
    // Otherwise one of two changes at once would be lost.
    let _one_at_a_time = state.runs.writing.lock().await;
    let known = find(state, project, id).await?;
    let mut metadata = known.metadata.as_object().cloned().unwrap_or_default();
    let own = metadata.remove(OWN).and_then(|own| own.as_object().cloned()).unwrap_or_default();
    let replaced = told.get("metadata").filter(|metadata| !metadata.is_null()).cloned();
    let report = NewExperiment {
        name: told.get("name").and_then(Value::as_str).map_or(known.name, str::to_owned),
        id: Some(known.id),
        dataset_id: None,
        protocol: known.protocol,
        description: None,
        metadata: with_own(replaced.unwrap_or(Value::Object(metadata)), told, own),
    };
    state.library.put_experiment(project, report).await?;
    Ok(())
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let found = find(&state, caller.project, &id).await?;
    Ok(Json(experiment_json(&state, caller.project, &found).await?))
}

pub(super) async fn find(state: &AppState, project: ProjectId, id: &str) -> ApiResult<Experiment> {
    let found = state.library.experiment(project, &id.to_lowercase()).await?;
    found.ok_or_else(|| Problem::not_found("experiment"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListParams {
    dataset_id: Option<String>,
    name: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(params.page, params.size);
    let filter = ExperimentFilter { dataset_id: params.dataset_id, name: params.name, protocol: None };
    let listed = state.library.list_experiments(caller.project, &filter, page.request()).await?;
    let content = rendered(&state, caller.project, &listed.items).await?;
    Ok(Json(page.answer(content, listed.total)))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: String,
    limit: Option<usize>,
    last_retrieved_id: Option<String>,
}

/// By name, newest first.
pub(super) async fn stream(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(wanted, _permits): LargeJson<Wanted>,
) -> ApiResult<Response> {
    let after = match &wanted.last_retrieved_id {
        Some(id) => {
            let last = find(&state, caller.project, id).await?;
            Some(ListCursor { rank: last.created_at.as_nanos(), id: last.id })
        }
        None => None,
    };
    let filter = ExperimentFilter { name: Some(wanted.name), ..ExperimentFilter::default() };
    let page = PageRequest::after(after, wanted.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE));
    let listed = state.library.list_experiments(caller.project, &filter, page).await?;
    Ok(lines::whole(&rendered(&state, caller.project, &listed.items).await?))
}

#[derive(Deserialize)]
pub(super) struct Ids {
    ids: Vec<String>,
}

/// Told when an evaluation is over: it is written down.
pub(super) async fn finish(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(asked, _permits): LargeJson<Ids>,
) -> ApiResult<StatusCode> {
    let told = Map::from_iter([("status".to_owned(), json!("completed"))]);
    for id in bounded(&asked.ids)? {
        amend(&state, caller.project, id, &told).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Authorized<SdkAdmin>,
    LargeJson(asked, _permits): LargeJson<Ids>,
) -> ApiResult<StatusCode> {
    for id in bounded(&asked.ids)? {
        let found = find(&state, caller.project, id).await?;
        state.library.delete_experiment(caller.project, &found.id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn bounded(ids: &[String]) -> ApiResult<&[String]> {
    if ids.len() > MAX_BATCH { Err(Problem::invalid("ids", format!("expected at most {MAX_BATCH}"))) } else { Ok(ids) }
}

async fn rendered(state: &AppState, project: ProjectId, experiments: &[Experiment]) -> ApiResult<Vec<Value>> {
    let mut answer = Vec::with_capacity(experiments.len());
    for experiment in experiments {
        answer.push(experiment_json(state, project, experiment).await?);
    }
    Ok(answer)
}

async fn experiment_json(state: &AppState, project: ProjectId, experiment: &Experiment) -> ApiResult<Value> {
    let mut metadata = experiment.metadata.as_object().cloned().unwrap_or_default();
    let mut answer = match metadata.remove(OWN) {
        Some(Value::Object(own)) => own,
        _ => Map::new(),
    };
    let dataset = match &experiment.dataset_id {
        Some(id) => state.library.dataset(project, &DatasetRef::Id(id.clone())).await?.map(|dataset| dataset.name),
        None => None,
    };
    // A dataset may have another name by now, or be gone.
    if let Some(name) = dataset {
        answer.insert("dataset_name".to_owned(), json!(name));
    }
    let scores = experiment.summary.verdicts.iter().map(|verdict| json!({"name": verdict.name, "value": verdict.mean}));
    let fields = [
        ("id", json!(experiment.id)),
        ("name", json!(experiment.name)),
        ("dataset_id", json!(experiment.dataset_id)),
        ("metadata", if metadata.is_empty() { Value::Null } else { Value::Object(metadata) }),
        ("trace_count", json!(experiment.summary.results)),
        ("feedback_scores", scores.filter(|score| !score["value"].is_null()).collect()),
        ("created_at", json!(experiment.created_at)),
        ("last_updated_at", json!(experiment.updated_at)),
    ];
    answer.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Ok(Value::Object(answer))
}
