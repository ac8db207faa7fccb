//! `/api/public/experiments` and `/api/public/experiment-items`: reading back, as version 5 of the Python SDK does.

use super::scores::{run_scores, without_scores};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Problem, Query},
    params::given,
};
use axum::{Json, extract::State};
use model::{
    ProjectId, Timestamp,
    library::{Experiment, ExperimentFilter, ExperimentResult, ListCursor, PageRequest, ResultFilter, Verdict},
};
use serde::Deserialize;
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;
/// The environment that the SDKs give experiments.
const ENVIRONMENT: &str = "sdk-experiment";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Wanted {
    id: Option<String>,
    name: Option<String>,
    dataset_id: Option<String>,
    experiment_id: Option<String>,
    experiment_name: Option<String>,
    experiment_item_id: Option<String>,
    from_start_time: Option<String>,
    to_start_time: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Wanted {
    fn page(&self) -> ApiResult<PageRequest> {
        let cursor = given(&self.cursor).map(str::parse::<ListCursor>).transpose();
        let cursor = cursor.map_err(|error| Problem::invalid("cursor", error.to_string()))?;
        Ok(PageRequest::after(cursor, self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)))
    }

    fn includes(&self, time: Timestamp) -> ApiResult<bool> {
        let bound = |name: &str, text: &Option<String>| {
            let parsed = given(text).map(|text| text.parse::<Timestamp>()).transpose();
            parsed.map_err(|_| Problem::invalid(name, "expected an RFC 3339 time"))
        };
        let (from, to) = (bound("fromStartTime", &self.from_start_time)?, bound("toStartTime", &self.to_start_time)?);
        Ok(from.is_none_or(|from| time >= from) && to.is_none_or(|to| time < to))
    }
}

pub(crate) async fn experiments(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let filter = ExperimentFilter { dataset_id: wanted.dataset_id.clone(), name: wanted.name.clone(), protocol: None };
    let (found, cursor) = match given(&wanted.id) {
        Some(id) => (state.library.experiment(caller.project, id).await?.into_iter().collect(), None),
        None => {
            let listed = state.library.list_experiments(caller.project, &filter, wanted.page()?).await?;
            (listed.items, listed.next_cursor)
        }
    };
    let mut data = Vec::with_capacity(found.len());
    for experiment in found {
        // What happened last is what the range is about.
        if wanted.includes(experiment.updated_at)? {
            data.push(experiment_json(experiment, caller.project));
        }
    }
    Ok(Json(json!({"data": data, "meta": {"cursor": cursor}})))
}

pub(crate) async fn items(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let experiment = match (given(&wanted.experiment_id), given(&wanted.experiment_name)) {
        (Some(id), _) => state.library.experiment(caller.project, id).await?,
        (None, Some(name)) => {
            let filter = ExperimentFilter { name: Some(name.to_owned()), dataset_id: wanted.dataset_id.clone(), protocol: None };
            state.library.list_experiments(caller.project, &filter, PageRequest::first(1)).await?.items.into_iter().next()
        }
        (None, None) => return Err(Problem::invalid("experimentId", "expected experimentId or experimentName")),
    };
    let Some(experiment) = experiment else { return Ok(Json(json!({"data": [], "meta": {"cursor": null}}))) };
    let filter = ResultFilter { item_id: wanted.experiment_item_id.clone(), ..ResultFilter::default() };
    let listed = state.library.list_results(caller.project, &experiment.id, &filter, wanted.page()?).await?;
    let data: Vec<Value> = listed.items.into_iter().map(|result| item_json(result, &experiment, caller.project)).collect();
    Ok(Json(json!({"data": data, "meta": {"cursor": listed.next_cursor}})))
}

fn experiment_json(experiment: Experiment, project: ProjectId) -> Value {
    let scores: Vec<Value> = run_scores(&experiment.metadata)
        .into_iter()
        .map(|score| {
            let mut score = shared_score(project, score["dataType"].clone(), score);
            score["subject"] = json!({"kind": "experiment", "id": experiment.id});
            score
        })
        .collect();
    json!({
        "id": experiment.id, "name": experiment.name, "description": experiment.description, "startTime": experiment.created_at,
        "endTime": experiment.updated_at, "itemCount": experiment.summary.results, "datasetId": experiment.dataset_id,
        "metadata": without_scores(experiment.metadata), "scores": scores,
    })
}

/// A score of a run as kept, in the form of version 3 of the scores' API.
fn shared_score(project: ProjectId, data_type: Value, kept: Value) -> Value {
    let value = match data_type.as_str() {
        Some("BOOLEAN") => json!(kept["value"].as_f64() == Some(1.0)),
        Some("NUMERIC") => kept["value"].clone(),
        _ => kept["stringValue"].clone(),
    };
    json!({
        "id": kept["id"], "projectId": project, "name": kept["name"], "value": value, "dataType": data_type, "source": "API",
        "timestamp": kept["timestamp"], "environment": ENVIRONMENT, "createdAt": kept["timestamp"], "updatedAt": kept["timestamp"],
        "comment": kept["comment"],
    })
}

fn item_json(result: ExperimentResult, experiment: &Experiment, project: ProjectId) -> Value {
    let scores: Vec<Value> = result.verdicts.iter().map(|verdict| verdict_json(verdict, &result, project)).collect();
    let level = if result.error.is_some() { "ERROR" } else { "DEFAULT" };
    json!({
        "id": result.span_id.as_ref().or(result.trace_id.as_ref()).unwrap_or(&result.id), "traceId": result.trace_id.as_deref().unwrap_or_default(),
        "startTime": result.created_at, "endTime": result.updated_at, "level": level, "environment": ENVIRONMENT,
        "experimentId": experiment.id, "experimentName": experiment.name, "experimentDatasetId": experiment.dataset_id,
        "experimentItemId": result.item_id.as_deref().unwrap_or_default(), "input": result.input, "output": result.output,
        "expectedOutput": result.expected_output, "experimentItemMetadata": object(&result.metadata),
        "experimentMetadata": object(&without_scores(experiment.metadata.clone())), "experimentDescription": experiment.description,
        "scores": scores,
    })
}

fn object(value: &Value) -> Option<&Value> {
    value.is_object().then_some(value)
}

fn verdict_json(verdict: &Verdict, result: &ExperimentResult, project: ProjectId) -> Value {
    let (data_type, value) = match (verdict.success, verdict.value, &verdict.label) {
        (Some(success), ..) => ("BOOLEAN", json!(success)),
        (None, Some(value), _) => ("NUMERIC", json!(value)),
        (None, None, label) => ("CATEGORICAL", json!(label.as_deref().unwrap_or_default())),
    };
    json!({
        "id": format!("{}:{}", result.id, verdict.name), "projectId": project, "name": verdict.name, "value": value, "dataType": data_type,
        "source": "API", "timestamp": result.updated_at, "environment": ENVIRONMENT, "createdAt": result.updated_at,
        "updatedAt": result.updated_at, "comment": verdict.reason,
    })
}
