//! DeepEval's routes (Confident AI's API): traces, annotations, test runs, datasets, prompts. Its SDK needs `CONFIDENT_BASE_URL` set to
//! this server, and a key.

mod annotations;
mod envelope;
mod traces;
mod unsupported;

pub(crate) use traces::take_in as take_in_trace;

use crate::AppState;
use axum::{
    Router,
    middleware::map_response,
    routing::{get, post},
};

/// The addresses that are DeepEval's alone.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/annotations", post(annotations::annotate))
        .route("/v1/evaluate", post(unsupported::evaluate))
        .route("/v1/evaluate/{kind}/{id}", post(unsupported::evaluate))
        .route("/v1/metric/{name}", get(unsupported::metrics))
        .route("/v1/governance/assess", post(unsupported::governance))
        .layer(map_response(envelope::of_problem))
}

/// The addresses that others use too (see `native::shared_paths`).
pub(super) fn shared_routes() -> Router<AppState> {
    Router::new()
        .route("/v1/traces", post(traces::traces))
        .route("/v1/metrics", post(unsupported::metrics))
        .fallback(unsupported::unknown)
        .layer(map_response(envelope::of_problem))
}
