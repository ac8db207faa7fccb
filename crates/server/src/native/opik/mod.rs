//! Opik's API, as its SDK asks for it: traces, spans and scores in and back, datasets, experiments and prompts in the library.

mod bodies;
mod datasets;
mod experiments;
mod filters;
mod ingest;
mod items;
mod lines;
mod order;
mod pages;
mod projects;
mod prompts;
mod read;
mod results;
mod scores;
mod start;
mod threads;
mod unsupported;
mod waiting;

pub(crate) use order::ReportOrder;
pub(crate) use waiting::WaitingScores;

use crate::AppState;
use axum::{
    Router,
    routing::{any, delete, get, patch, post, put},
};

/// What users give as the address: Opik's own server stands at the first, its cloud at the second.
const BASES: [&str; 2] = ["/api", "/opik/api"];

pub(super) fn routes() -> Router<AppState> {
    let tree = Router::new()
        .route("/is-alive/ping", get(start::ping))
        .route("/is-alive/ver", get(start::version))
        .route("/v1/session/redirect/projects/", get(start::trace_page))
        .nest("/v1/private", private_routes());
    let pages = Router::new()
        .route("/opik/{workspace}/experiments/{dataset}/compare", get(start::experiment_page))
        .route("/opik/{workspace}/projects/{project}/datasets/{id}/items", get(start::dataset_page));
    BASES.iter().fold(pages, |all, base| all.nest(base, tree.clone()))
}

fn private_routes() -> Router<AppState> {
    Router::new()
        .route("/auth", post(start::check_access))
        .route("/auth/workspace", get(start::workspace))
        .merge(telemetry_routes())
        .merge(library_routes())
        .route("/{*rest}", any(unsupported::unknown))
}

fn telemetry_routes() -> Router<AppState> {
    Router::new()
        .route("/traces", post(ingest::create_trace).get(read::list_traces))
        .route("/traces/batch", post(ingest::create_traces))
        .route("/traces/search", post(read::search_traces))
        .route("/traces/delete", post(read::delete_traces))
        .route("/traces/feedback-scores", put(scores::of_traces))
        .route("/traces/threads/feedback-scores", put(scores::of_threads))
        .route("/traces/threads/search", post(threads::search))
        .route("/traces/threads/retrieve", post(threads::retrieve))
        .route("/traces/threads/close", put(threads::close))
        .route("/traces/{id}", get(read::trace).patch(ingest::update_trace))
        .route("/traces/{id}/feedback-scores/delete", post(scores::delete_of_trace))
        .route("/spans", post(ingest::create_span).get(read::list_spans))
        .route("/spans/batch", post(ingest::create_spans))
        .route("/spans/search", post(read::search_spans))
        .route("/spans/feedback-scores", put(scores::of_spans))
        .route("/spans/{id}", get(read::span).patch(ingest::update_span))
        .route("/spans/{id}/feedback-scores/delete", post(scores::delete_of_span))
        .route("/projects", get(projects::list).post(projects::create))
        .route("/projects/retrieve", post(projects::retrieve))
        .route("/projects/{id}", get(projects::read))
}

fn library_routes() -> Router<AppState> {
    Router::new()
        .route("/datasets", post(datasets::create).get(datasets::list))
        .route("/datasets/retrieve", post(datasets::retrieve))
        .route("/datasets/delete", post(datasets::delete_by_name))
        .route("/datasets/items", put(items::put))
        .route("/datasets/items/stream", post(items::search))
        .route("/datasets/items/delete", post(items::delete))
        .route("/datasets/items/{id}", get(items::read))
        .route("/datasets/{id}", get(datasets::read).put(datasets::change).delete(datasets::delete))
        .route("/datasets/{id}/items", get(items::list))
        .route("/datasets/{id}/items/experiments/items", get(results::compare))
        .route("/datasets/{id}/versions", get(unsupported::versions))
        .route("/datasets/{id}/versions/retrieve", post(unsupported::versions))
        .route("/experiments", post(experiments::create).get(experiments::list))
        .route("/experiments/stream", post(experiments::stream))
        .route("/experiments/finish", post(experiments::finish))
        .route("/experiments/delete", post(experiments::delete))
        .route("/experiments/items", post(results::create))
        .route("/experiments/items/stream", post(results::stream))
        .route("/experiments/{id}", get(experiments::read).patch(experiments::change))
        .route("/prompts", post(prompts::create).get(prompts::list))
        .route("/prompts/versions", post(prompts::create_version))
        .route("/prompts/versions/retrieve", post(prompts::retrieve))
        .route("/prompts/versions/{id}", get(prompts::read_version))
        .route("/prompts/versions/{id}/environments", patch(prompts::set_environments))
        .route("/prompts/{id}", get(prompts::read))
        .route("/prompts/{id}", delete(prompts::delete))
        .route("/prompts/{id}/versions", get(prompts::versions))
}
