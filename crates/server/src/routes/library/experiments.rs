//! Experiments.

use super::wanted;
use crate::{
    AppState,
    auth::{Admin, Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest::LargeJson,
    params::Page,
};
use axum::{extract::State, http::StatusCode};
use model::library::{Experiment, ExperimentFilter, Listed, NewExperiment};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// The protocol of experiments that come by this API.
const PROTOCOL: &str = "api";

/// An experiment to make, or what is new of one that is known by its id.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExperimentToPut {
    /// Default: a new one.
    id: Option<String>,
    #[schema(example = "nightly")]
    name: String,
    /// Whose items are run.
    dataset_id: Option<String>,
    description: Option<String>,
    /// Hyperparameters and the like.
    #[serde(default)]
    metadata: Value,
}

/// What is told must hold.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ExperimentParams {
    dataset_id: Option<String>,
    name: Option<String>,
    /// Whose client reported it: `deepeval`, `langfuse`, `api`, …
    protocol: Option<String>,
}

/// Experiments with their summaries, newest first
#[utoipa::path(get, path = "/api/v1/experiments", tag = "experiments", params(ExperimentParams, Page), responses((status = 200, body = Listed<Experiment>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_experiments(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(params): Query<ExperimentParams>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<Experiment>>> {
    let filter =
        ExperimentFilter { dataset_id: wanted(&params.dataset_id), name: wanted(&params.name), protocol: wanted(&params.protocol) };
    Ok(Json(state.library.list_experiments(caller.project, &filter, page.of_list()?).await?))
}

/// Makes an experiment, or adds to the one with this id
#[utoipa::path(post, path = "/api/v1/experiments", tag = "experiments", request_body = ExperimentToPut, responses((status = 201, body = Experiment), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn put_experiment(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(body, _permits): LargeJson<ExperimentToPut>,
) -> ApiResult<(StatusCode, Json<Experiment>)> {
    let report = NewExperiment {
        id: body.id,
        name: body.name,
        dataset_id: body.dataset_id,
        protocol: PROTOCOL.to_owned(),
        description: body.description,
        metadata: body.metadata,
    };
    Ok((StatusCode::CREATED, Json(state.library.put_experiment(caller.project, report).await?)))
}

/// One experiment with its summary
#[utoipa::path(get, path = "/api/v1/experiments/{experiment}", tag = "experiments", params(("experiment" = String, Path)), responses((status = 200, body = Experiment), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_experiment(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(experiment): Path<String>,
) -> ApiResult<Json<Experiment>> {
    let found = state.library.experiment(caller.project, &experiment).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("experiment"))
}

/// Deletes an experiment with its results
#[utoipa::path(delete, path = "/api/v1/experiments/{experiment}", tag = "experiments", params(("experiment" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_experiment(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(experiment): Path<String>,
) -> ApiResult<StatusCode> {
    state.library.delete_experiment(caller.project, &experiment).await?;
    Ok(StatusCode::NO_CONTENT)
}
