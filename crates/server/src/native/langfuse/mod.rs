//! Langfuse's public API, as far as its SDKs speak it: telemetry by OTLP and by events, scores, prompts, datasets, runs, media, comments, and
//! reading back.

mod errors;
mod ingestion;
mod project;
mod scores;

use crate::{AppState, ingest};
use axum::{
    Router,
    middleware::map_response,
    routing::{any, get, post},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/public/health", get(project::health))
        .route("/api/public/projects", get(project::projects))
        .route("/api/public/ingestion", post(ingestion::ingest))
        .route("/api/public/scores", post(scores::create))
        .route("/api/public/scores/{score_id}", axum::routing::delete(scores::delete))
        .route("/api/public/{*rest}", any(errors::unsupported))
        .layer(map_response(errors::of_problem))
        .nest("/api/public/otel", ingest::plain_otlp_routes())
}
