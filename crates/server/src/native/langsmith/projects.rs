//! Projects ("sessions") and experiments, which are projects with a dataset. Runs name their project, so that one exists with its first
//! run; those that are made beforehand are experiments of the library.

use super::{datasets::id_of, params::Params};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, Filter},
    library::{Experiment, ExperimentFilter, NewExperiment, PageRequest},
    query::{DashboardQuery, ListQuery},
    time::NANOS_PER_DAY,
};
use protocol::{
    native::langsmith::{CONVENTION, PROJECT_ATTRIBUTE, PROJECT_ID_ATTRIBUTE, project_id},
    uuid_text,
};
use serde_json::{Map, Value, json};

/// The project of runs that name none.
const DEFAULT_PROJECT: &str = "default";
/// Where the metadata of an experiment keeps when it ended: the library has no field for it.
const END_TIME: &str = "langsmith.end_time";

/// Makes a project, or with `upsert` changes the one of its name.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    params: Params,
    Json(body): Json<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").ok_or_else(|| Problem::invalid("name", "expected a string; this field is required"))?;
    let id = project_id(&name);
    let upsert = params.one("upsert").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !upsert && state.library.experiment(caller.project, &id).await?.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "a project of this name is there already"));
    }
    let dataset_id = match text("reference_dataset_id") {
        Some(id) => Some(id_of(&state, caller.project, &id).await?),
        None => None,
    };
    let metadata = body.get("extra").cloned().unwrap_or_default();
    let report =
        NewExperiment { id: Some(id), name, dataset_id, protocol: CONVENTION.to_owned(), description: text("description"), metadata };
    let made = state.library.put_experiment(caller.project, report).await?;
    Ok(Json(experiment_json(caller.project, &made)))
}

/// Changes what is told. A project that has only runs becomes one of the library.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let known = find(&state, caller.project, &id).await?.ok_or_else(|| Problem::not_found("project"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut metadata = match (body.get("extra").cloned().unwrap_or_default(), &known) {
        (Value::Null, Found::Experiment(experiment)) => experiment.metadata.clone(),
        (told, _) => told,
    };
    if let Some(end) = text("end_time") {
        if !metadata.is_object() {
            metadata = json!({});
        }
        metadata[END_TIME] = json!(end);
    }
    // The name is what the id is made of.
    let name = known.name().to_owned();
    let report = NewExperiment {
        id: Some(project_id(&name)),
        name,
        dataset_id: None,
        protocol: CONVENTION.to_owned(),
        description: text("description"),
        metadata,
    };
    let changed = state.library.put_experiment(caller.project, report).await?;
    Ok(Json(experiment_json(caller.project, &changed)))
}

pub(super) async fn read(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let found = find(&state, caller.project, &id).await?.ok_or_else(|| Problem::not_found("project"))?;
    Ok(Json(rendered(&state, caller.project, &found, &params).await?))
}

/// By name, by id, by dataset; else those that were made, and the default one.
pub(super) async fn list(State(state): State<AppState>, caller: Authorized<SdkRead>, params: Params) -> ApiResult<Json<Value>> {
    let (offset, limit) = params.page()?;
    let mut found = Vec::new();
    let ids: Vec<String> = params.all("id").map(str::to_owned).chain(params.one("name").map(project_id)).collect();
    if ids.is_empty() {
        let filter = ExperimentFilter {
            dataset_id: match params.one("reference_dataset") {
                Some(id) => Some(id_of(&state, caller.project, id).await?),
                None => None,
            },
            protocol: Some(CONVENTION.to_owned()),
            ..ExperimentFilter::default()
        };
        let page = PageRequest::skipping(offset as u64, limit);
        let listed = state.library.list_experiments(caller.project, &filter, page).await?;
        let name_part = params.one("name_contains").map(str::to_lowercase);
        let matches = |experiment: &Experiment| name_part.as_ref().is_none_or(|part| experiment.name.to_lowercase().contains(part));
        found.extend(listed.items.into_iter().filter(matches).map(Box::new).map(Found::Experiment));
        if found.is_empty() && offset == 0 && filter.dataset_id.is_none() && name_part.is_none() {
            found.push(Found::Named(DEFAULT_PROJECT.to_owned()));
        }
    } else if offset == 0 {
        for id in ids.iter().take(limit) {
            found.extend(find(&state, caller.project, id).await?);
        }
    }
    let mut answer = Vec::new();
    for project in &found {
        answer.push(rendered(&state, caller.project, project, &params).await?);
    }
    Ok(Json(Value::Array(answer)))
}

/// An experiment goes with its results; its runs stay until they are erased.
pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    match find(&state, caller.project, &id).await? {
        Some(Found::Experiment(experiment)) => {
            state.library.delete_experiment(caller.project, &experiment.id).await?;
            Ok(StatusCode::ACCEPTED)
        }
        Some(Found::Named(_)) => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "a project of runs goes when its runs do: erase them with /api/v1/erasures"))
        }
        None => Err(Problem::not_found("project")),
    }
}

enum Found {
    Experiment(Box<Experiment>),
    /// Known by its runs.
    Named(String),
}

impl Found {
    fn name(&self) -> &str {
        match self {
            Self::Experiment(experiment) => &experiment.name,
            Self::Named(name) => name,
        }
    }
}

/// A project by the id that is made of its name.
async fn find(state: &AppState, project: ProjectId, id: &str) -> ApiResult<Option<Found>> {
    let id = id.to_lowercase();
    if let Some(experiment) = state.library.experiment(project, &id).await? {
        return Ok(Some(Found::Experiment(Box::new(experiment))));
    }
    if id == project_id(DEFAULT_PROJECT) {
        return Ok(Some(Found::Named(DEFAULT_PROJECT.to_owned())));
    }
    let query = ListQuery { project, range: TimeRange::ALL, filter: of_project(&id), limit: 1, cursor: None };
    let Some(run) = state.store.list_spans(query).await?.items.pop() else { return Ok(None) };
    let span = state.store.span(project, run.trace_id, run.span_id).await?;
    let name = span.and_then(|span| span.payload.attributes.get(PROJECT_ATTRIBUTE)?.as_str().map(str::to_owned));
    Ok(name.map(Found::Named))
}

/// The runs of a project.
pub(super) fn of_project(id: &str) -> Filter {
    Filter::equal(Field::Attribute(PROJECT_ID_ATTRIBUTE.to_owned()), id)
}

async fn rendered(state: &AppState, project: ProjectId, found: &Found, params: &Params) -> ApiResult<Value> {
    let mut session = match found {
        Found::Experiment(experiment) => experiment_json(project, experiment),
        Found::Named(name) => session_json(project, name),
    };
    if params.one("include_stats").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let query = DashboardQuery { project, range: last_year(), filter: of_project(&project_id(found.name())) };
        let stats = state.store.dashboard(query).await?.current;
        let seconds = |millis: Option<f64>| millis.map(|millis| millis / 1e3);
        let totals = [
            ("total_tokens", json!(stats.total_tokens)),
            ("prompt_tokens", json!(stats.input_tokens)),
            ("completion_tokens", json!(stats.output_tokens)),
            ("total_cost", json!(stats.total_cost_usd)),
            ("latency_p50", json!(seconds(stats.latency_ms.p50))),
            ("latency_p99", json!(seconds(stats.latency_ms.p99))),
        ];
        for (name, value) in totals {
            session[name] = value;
        }
    }
    Ok(session)
}

/// How far back the numbers of a project go.
fn last_year() -> TimeRange {
    let now = Timestamp::now();
    TimeRange { from: now.saturating_add_nanos(-366 * NANOS_PER_DAY), to: now.saturating_add_nanos(NANOS_PER_DAY) }
}

/// What every project has.
fn session_json(project: ProjectId, name: &str) -> Value {
    json!({
        "id": project_id(name),
        "tenant_id": uuid_text(&project.to_hex()),
        "name": name,
        "description": null,
        "start_time": "1970-01-01T00:00:00Z",
        "extra": {"metadata": {}},
        "reference_dataset_id": null,
    })
}

fn experiment_json(project: ProjectId, experiment: &Experiment) -> Value {
    let mut session = session_json(project, &experiment.name);
    let mut extra = experiment.metadata.clone();
    let end = extra.as_object_mut().and_then(|extra| extra.remove(END_TIME));
    let summary = &experiment.summary;
    let verdicts = summary.verdicts.iter().map(|verdict| (verdict.name.clone(), json!({"n": verdict.count, "avg": verdict.mean})));
    let told = [
        ("description", json!(experiment.description)),
        ("start_time", json!(experiment.created_at)),
        ("end_time", end.unwrap_or_default()),
        ("extra", extra),
        ("reference_dataset_id", json!(experiment.dataset_id.as_deref().map(super::datasets::uuid_of))),
        ("run_count", json!(summary.results)),
        ("error_rate", json!((summary.results > 0).then(|| summary.errors as f64 / summary.results as f64))),
        ("feedback_stats", verdicts.collect::<Map<_, _>>().into()),
    ];
    for (name, value) in told {
        session[name] = value;
    }
    session
}
