//! `POST /api/public/ingestion`: batches of events. Each event is answered by its id, the good ones and the bad ones.

use super::scores;
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::ApiResult,
    ingest::{self, Received, reports},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::telemetry::{RowBatch, RowKind};
use protocol::native::langfuse::{Ingestion, read_ingestion};
use serde_json::{Value, json};
use std::collections::HashMap;

const PATH: &str = "/api/public/ingestion";

pub(super) async fn ingest(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let Received { bytes, length, permits } = ingest::receive(&state, &headers, body).await?;
    let context = ingest::context(&state, caller.project, RowKind::Span).await?;
    let Ingestion { event_ids, mut rows, run_scores, logs } = ingest::decode(length, move || Ok(read_ingestion(&bytes, &context)?)).await?;
    state.metrics.ingest_bytes(PATH, length as u64);
    if !logs.is_empty() {
        let batch = RowBatch { logs, ..RowBatch::new(caller.project) };
        ingest::store(&state, RowKind::Log, batch, Vec::new()).await?;
    }
    let row_scores = std::mem::take(&mut rows.scores);
    let rejected = reports::store_rows(&state, caller.project, rows, permits).await?;
    scores::store(&state, caller.project, row_scores, run_scores).await?;

    let errors: HashMap<usize, Value> = rejected
        .into_iter()
        .map(|(index, error)| {
            (index, json!({"id": event_ids[index], "status": 400, "message": "Invalid event", "error": error.to_string()}))
        })
        .collect();
    let taken = event_ids.iter().enumerate().filter(|(index, _)| !errors.contains_key(index));
    let successes: Vec<Value> = taken.map(|(_, id)| json!({"id": id, "status": 201})).collect();
    let mut errors: Vec<(usize, Value)> = errors.into_iter().collect();
    errors.sort_by_key(|(index, _)| *index);
    let errors: Vec<Value> = errors.into_iter().map(|(_, error)| error).collect();
    Ok((StatusCode::MULTI_STATUS, Json(json!({"successes": successes, "errors": errors}))))
}
