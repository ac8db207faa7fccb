//! LangSmith's SDKs: runs and feedback in, and what `evaluate()` needs. Their paths stand behind whatever endpoint the user gives
//! (nothing, `/api` or `/api/v1`), where some of them are ours: `address.rs` tells them apart.

mod address;
mod feedback;
mod info;
mod ingest;
mod params;
mod runs;

pub(super) use address::to_own_tree;

use crate::{AppState, http::Problem, ingest::otlp_traces};
use axum::{
    Router,
    http::{StatusCode, Uri},
    routing::{get, post},
};

/// The rest of LangSmith's API.
async fn unknown(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("{} of LangSmith's API is not served here", uri.path()))
}

/// Under which the routes stand by themselves.
const TREE: &str = "/clients/langsmith";

pub(super) fn routes() -> Router<AppState> {
    let tree = Router::new()
        .route("/info", get(info::info))
        .route("/runs/multipart", post(ingest::multipart))
        .route("/runs/batch", post(ingest::batch))
        .route("/runs", post(ingest::create))
        .route("/runs/{id}", get(runs::read).patch(ingest::update))
        .route("/feedback", post(ingest::feedback).get(feedback::list))
        .route("/feedback/{id}", get(feedback::read).patch(feedback::change).delete(feedback::delete))
        .route("/otel/v1/traces", post(otlp_traces))
        .fallback(unknown);
    Router::new().nest(TREE, tree)
}
