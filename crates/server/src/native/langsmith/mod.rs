//! LangSmith's SDKs: runs and feedback in, and what `evaluate()` needs. Their paths stand behind whatever endpoint the user gives
//! (nothing, `/api` or `/api/v1`), where some of them are ours: `address.rs` tells them apart.

mod address;
mod attachments;
mod datasets;
mod examples;
mod experiments;
mod expression;
mod feedback;
mod info;
mod ingest;
mod params;
mod projects;
mod query;
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

/// With an endpoint that ends in `/v1`, the SDKs leave out the `/v1` of these.
const EXAMPLE_FORMS: [&str; 2] = ["/platform/datasets/{id}/examples", "/v1/platform/datasets/{id}/examples"];

/// Under which the routes stand by themselves.
const TREE: &str = "/clients/langsmith";

pub(super) fn routes() -> Router<AppState> {
    let tree = Router::new()
        .route("/info", get(info::info))
        .route("/settings", get(info::settings))
        .route("/otel/v1/traces", post(otlp_traces))
        .route("/runs/multipart", post(ingest::multipart))
        .route("/runs/batch", post(ingest::batch))
        .route("/runs", post(ingest::create))
        .route("/runs/query", post(query::query))
        .route("/runs/{id}", get(runs::read).patch(ingest::update))
        .route("/feedback", post(ingest::feedback).get(feedback::list))
        .route("/feedback/{id}", get(feedback::read).patch(feedback::change).delete(feedback::delete))
        .route("/attachments/{id}", get(attachments::read))
        .route("/sessions", post(projects::create).get(projects::list))
        .route("/sessions/{id}", get(projects::read).patch(projects::change).delete(projects::delete))
        .route("/datasets", post(datasets::create).get(datasets::list))
        .route("/datasets/{id}", get(datasets::read).patch(datasets::change).delete(datasets::delete))
        .route("/examples", post(examples::create).get(examples::list).delete(examples::delete_bulk))
        .route("/examples/bulk", post(examples::create_bulk).patch(examples::change_bulk))
        .route("/examples/{id}", get(examples::read).patch(examples::change).delete(examples::delete))
        .fallback(unknown);
    let tree = EXAMPLE_FORMS.iter().fold(tree, |tree, path| tree.route(path, post(examples::write_form).patch(examples::write_form)));
    Router::new().nest(TREE, tree)
}
