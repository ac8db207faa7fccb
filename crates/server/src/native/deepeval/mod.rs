//! DeepEval's routes (Confident AI's API): traces, annotations, test runs, datasets, prompts. Its SDK needs `CONFIDENT_BASE_URL` set to
//! this server, and a key.

mod annotations;
mod datasets;
mod envelope;
mod keep;
mod prompts;
mod test_runs;
mod traces;
mod unsupported;

pub(crate) use traces::take_in as take_in_trace;

use crate::AppState;
use axum::{
    Router,
    middleware::map_response,
    routing::{get, post, put},
};

/// The addresses that are DeepEval's alone.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/annotations", post(annotations::annotate))
        .route("/v1/test-run", post(test_runs::begin).put(test_runs::go_on))
        .route("/v1/experiment", post(test_runs::compare))
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
        .route("/v1/datasets/{alias}", post(datasets::push).get(datasets::pull).delete(datasets::delete))
        .route("/v1/datasets/{alias}/queue", post(datasets::queue))
        .route("/v1/datasets/{alias}/versions", post(datasets::create_version).get(datasets::versions))
        .route("/v1/datasets/{alias}/goldens/{golden}", put(datasets::update_golden).delete(datasets::delete_golden))
        .route("/v1/prompts", post(prompts::push))
        .route("/v1/prompts/{alias}/versions", post(prompts::create_version).get(prompts::versions))
        .route("/v1/prompts/{alias}/versions/{version}", get(prompts::by_version))
        .route("/v1/prompts/{alias}/labels/{label}", get(prompts::by_label))
        .route("/v1/prompts/{alias}/commits", get(prompts::commits))
        .route("/v1/prompts/{alias}/commits/{hash}", get(prompts::by_commit))
        .route("/v1/prompts/{alias}/branches", get(prompts::branches).post(unsupported::branches))
        .route("/v1/prompts/{alias}/branches/{branch}", put(unsupported::branches).delete(unsupported::branches))
        .fallback(unsupported::unknown)
        .layer(map_response(envelope::of_problem))
}
