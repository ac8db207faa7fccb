//! Langfuse's public API, as far as its SDKs speak it: telemetry by OTLP and by events, scores, prompts, datasets, runs, media, comments, and
//! reading back.

mod body;
mod comments;
mod datasets;
mod errors;
pub(super) mod experiments;
mod ingestion;
mod items;
mod lookup;
mod media;
mod paging;
mod project;
mod prompts;
mod read;
mod scores;

use crate::{AppState, ingest};
use axum::{
    Router,
    middleware::map_response,
    routing::{any, delete, get, patch, post, put},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .merge(telemetry())
        .merge(library())
        .merge(reading())
        .route("/api/public/{*rest}", any(errors::unsupported))
        .layer(map_response(errors::of_problem))
        .nest("/api/public/otel", ingest::plain_otlp_routes())
}

fn telemetry() -> Router<AppState> {
    Router::new()
        .route("/api/public/health", get(project::health))
        .route("/api/public/projects", get(project::projects))
        .route("/api/public/ingestion", post(ingestion::ingest))
        .route("/api/public/scores", post(scores::create).get(read::scores::list))
        .route("/api/public/scores/{score_id}", delete(scores::delete).get(read::scores::get))
        .route("/api/public/comments", post(comments::create).get(comments::list))
        .route("/api/public/comments/{comment_id}", get(comments::get))
}

fn library() -> Router<AppState> {
    Router::new()
        .route("/api/public/v2/prompts", post(prompts::create).get(prompts::list))
        .route("/api/public/v2/prompts/{name}", get(prompts::get).delete(prompts::delete))
        .route("/api/public/v2/prompts/{name}/versions/{version}", patch(prompts::add_labels))
        .route("/api/public/v2/datasets", post(datasets::put).get(datasets::list))
        .route("/api/public/v2/datasets/{name}", get(datasets::get))
        .route("/api/public/dataset-items", post(items::put).get(items::list))
        .route("/api/public/dataset-items/{id}", get(items::get).delete(items::delete))
        .route("/api/public/dataset-run-items", post(experiments::create_item).get(experiments::run_items))
        .route("/api/public/datasets/{name}/runs", get(experiments::list_runs))
        .route("/api/public/datasets/{name}/runs/{run}", get(experiments::get_run).delete(experiments::delete_run))
        .route("/api/public/experiments", get(experiments::experiments))
        .route("/api/public/experiment-items", get(experiments::experiment_items))
        .route("/api/public/media", post(media::announce))
        .route("/api/public/media/upload", put(media::upload))
        .route("/api/public/media/download", get(media::download))
        .route("/api/public/media/{id}", get(media::get).patch(media::report))
}

fn reading() -> Router<AppState> {
    Router::new()
        .route("/api/public/v2/scores", get(read::scores::list))
        .route("/api/public/v2/scores/{score_id}", get(read::scores::get))
        .route("/api/public/v3/scores", get(read::scores::list_by_cursor))
        .route("/api/public/traces", get(read::traces::list))
        .route("/api/public/traces/{trace_id}", get(read::traces::get))
        .route("/api/public/observations", get(read::observations::list))
        .route("/api/public/observations/{id}", get(read::observations::get))
        .route("/api/public/v2/observations", get(read::observations::list_by_cursor))
        .route("/api/public/sessions", get(read::sessions::list))
        .route("/api/public/sessions/{id}", get(read::sessions::get))
}
