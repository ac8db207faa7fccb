//! MLflow's tracking server, as far as tracing goes: experiments by name, traces, their artifacts, assessments. Spans themselves come as
//! OTLP to `/v1/traces`, which the SDK prefers since version 3.4 of the server.

mod artifacts;
mod assessments;
mod awaited;
mod experiments;
mod expression;
mod refusal;
mod search;
mod traces;

pub(crate) use awaited::AwaitedRoots;

use crate::AppState;
use axum::{
    Router,
    middleware::map_response,
    routing::{any, get, patch, post, put},
};

/// Spans by OTLP are asked for from 3.4 on, reading traces back from 3.8 on.
const VERSION: &str = "3.17.2";

pub(super) fn routes() -> Router<AppState> {
    let api = Router::new()
        .route("/api/2.0/mlflow/experiments/get", get(experiments::by_id))
        .route("/api/2.0/mlflow/experiments/get-by-name", get(experiments::by_name))
        .route("/api/2.0/mlflow/experiments/create", post(experiments::create))
        .route("/api/3.0/mlflow/traces", post(traces::start))
        .route("/api/3.0/mlflow/traces/get", get(traces::get_whole))
        .route("/api/3.0/mlflow/traces/search", post(search::search))
        .route("/api/3.0/mlflow/traces/batchGet", get(search::batch_get))
        .route("/api/3.0/mlflow/traces/batchGetInfos", post(search::batch_get_infos))
        .route("/api/3.0/mlflow/traces/{id}", get(traces::get_info))
        .route("/api/2.0/mlflow/traces/{id}/tags", patch(traces::set_tag).delete(traces::delete_tag))
        .route("/api/3.0/mlflow/traces/{id}/assessments", post(assessments::create))
        .route(
            "/api/3.0/mlflow/traces/{id}/assessments/{assessment}",
            get(assessments::read).patch(assessments::update).delete(assessments::delete),
        )
        .route("/api/2.0/mlflow-artifacts/artifacts/{*path}", put(artifacts::upload))
        .route("/api/2.0/mlflow/{*rest}", any(refusal::unknown))
        .route("/api/3.0/mlflow/{*rest}", any(refusal::unknown))
        .layer(map_response(refusal::of_problem));
    Router::new().route("/version", get(|| async { VERSION })).merge(api)
}
