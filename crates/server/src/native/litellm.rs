//! LiteLLM's generic API logger, which posts to whatever address it is given.

use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::ApiResult,
    ingest::{self, BulkAnswer, Received, reports},
};
use axum::{Json, Router, body::Body, extract::State, http::HeaderMap, routing::post};
use model::telemetry::RowKind;
use protocol::native::litellm;

const PATH: &str = "/api/v1/ingest/litellm";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(PATH, post(calls)).route("/litellm/generic", post(calls))
}

async fn calls(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> ApiResult<Json<BulkAnswer>> {
    let Received { bytes, length, permits } = ingest::receive(&state, &headers, body).await?;
    let context = ingest::context(&state, caller.project, RowKind::Span).await?;
    let rows = ingest::decode(length, move || Ok(litellm::calls(&bytes, &context)?)).await?;
    state.metrics.ingest_bytes(PATH, length as u64);
    let accepted = rows.spans.len();
    let rejected = reports::store_rows(&state, caller.project, rows, permits).await?;
    Ok(Json(BulkAnswer::new(accepted, rejected)))
}
