//! Results of an experiment.

use super::{flag, wanted};
use crate::{
    AppState,
    auth::{Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest::LargeJson,
    params::Page,
    routes::Items,
};
use axum::extract::State;
use model::{
    Money,
    library::{ExperimentResult, Listed, NewResult, ResultFilter, Verdict},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// A result to add, or what is new of one that is known by its id: what is told replaces what was, and verdicts replace their namesakes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultToPut {
    /// Default: a new one.
    id: Option<String>,
    /// The item of the dataset that was run.
    item_id: Option<String>,
    /// Names the case. Experiments are compared by item, or else by name.
    name: Option<String>,
    /// The trace of the run.
    trace_id: Option<String>,
    span_id: Option<String>,
    #[serde(default)]
    input: Value,
    #[serde(default)]
    output: Value,
    #[serde(default)]
    expected_output: Value,
    /// What else belongs to the case, such as retrieved texts.
    #[serde(default)]
    context: Value,
    #[serde(default)]
    metadata: Value,
    /// Default: passed when every verdict says so, failed when one does not or there is an error.
    success: Option<bool>,
    duration_ms: Option<f64>,
    cost_usd: Option<Money>,
    error: Option<String>,
    #[serde(default)]
    verdicts: Vec<Verdict>,
    /// Its place among the results. Default: behind all others.
    position: Option<u64>,
}

impl ResultToPut {
    fn into_report(self) -> NewResult {
        NewResult {
            id: self.id,
            item_id: self.item_id,
            name: self.name,
            trace_id: self.trace_id,
            span_id: self.span_id,
            input: self.input,
            output: self.output,
            expected_output: self.expected_output,
            context: self.context,
            metadata: self.metadata,
            success: self.success,
            duration_ms: self.duration_ms,
            cost_usd: self.cost_usd,
            error: self.error,
            verdicts: self.verdicts,
            position: self.position,
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultsToPut {
    /// At most 1000, stored together or not at all.
    results: Vec<ResultToPut>,
}

/// What is told must hold.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ResultParams {
    /// Only passed (`true`) or only failed (`false`) results.
    #[param(value_type = Option<bool>)]
    passed: Option<String>,
    item_id: Option<String>,
    trace_id: Option<String>,
}

/// The results of an experiment, in their order
#[utoipa::path(get, path = "/api/v1/experiments/{experiment}/results", tag = "experiments", params(("experiment" = String, Path), ResultParams, Page), responses((status = 200, body = Listed<ExperimentResult>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_results(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(experiment): Path<String>,
    Query(params): Query<ResultParams>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<ExperimentResult>>> {
    let filter =
        ResultFilter { passed: flag("passed", &params.passed)?, item_id: wanted(&params.item_id), trace_id: wanted(&params.trace_id) };
    let page = page.of_list()?;
    let found = state.library.experiment(caller.project, &experiment).await?.ok_or_else(|| Problem::not_found("experiment"))?;
    Ok(Json(state.library.list_results(caller.project, &found.id, &filter, page).await?))
}

/// Adds results, or adds to those with their ids
#[utoipa::path(post, path = "/api/v1/experiments/{experiment}/results", tag = "experiments", params(("experiment" = String, Path)), request_body = ResultsToPut, responses((status = 200, body = Items<ExperimentResult>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn put_results(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(experiment): Path<String>,
    LargeJson(body, _permits): LargeJson<ResultsToPut>,
) -> ApiResult<Json<Items<ExperimentResult>>> {
    let results = body.results.into_iter().map(ResultToPut::into_report).collect();
    Ok(Json(Items { items: state.library.put_results(caller.project, &experiment, results).await? }))
}
