//! The OpenAI Agents SDK's own exporter. Its address lies below OTLP's, which has no other below it.

use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::reports,
};
use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use protocol::native::openai_agents;
use serde_json::{Value, json};

const PATH: &str = "/v1/traces/ingest";
/// Rejected items named in an answer; the others are only counted.
const NAMED_REJECTIONS: usize = 3;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(PATH, post(ingest))
}

/// The SDK looks at the status only: 2xx is done, 4xx is dropped and printed, 5xx is tried again.
async fn ingest(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let read = |bytes: bytes::Bytes, context: &protocol::IngestContext| openai_agents::read(&bytes, context).map_err(Problem::from);
    let rejected = reports::take_in(&state, caller.project, PATH, &headers, body, read).await?;
    let named: Vec<String> = rejected.iter().take(NAMED_REJECTIONS).map(|(place, error)| format!("item {place}: {error}")).collect();
    Ok((StatusCode::OK, Json(json!({ "rejected": rejected.len(), "errors": named }))))
}
