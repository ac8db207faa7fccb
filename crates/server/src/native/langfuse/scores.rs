//! Scores in: one, or a list of them.

use super::experiments;
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::{self, Received},
};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use model::{
    ProjectId, Timestamp,
    telemetry::{Incoming, RowBatch, RowKind, Score},
};
use protocol::native::langfuse::{ReadScore, read_score};
use serde_json::{Value, json};

/// Most scores of one request.
const MAX_SCORES: usize = 10_000;
/// Rejected scores that the answer names; the others are only counted.
const NAMED_REJECTIONS: usize = 20;

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    let Received { bytes, length, permits } = ingest::receive(&state, &headers, body).await?;
    let context = ingest::context(&state, caller.project, RowKind::Score).await?;
    let value = ingest::decode(length, move || ingest::single(&bytes)).await?;
    state.metrics.ingest_bytes("/api/public/scores", length as u64);
    let (is_list, items) = match value {
        Value::Array(items) if items.len() > MAX_SCORES => {
            return Err(Problem::too_large(format!("expected at most {MAX_SCORES} scores in one request")));
        }
        Value::Array(items) => (true, items),
        item => (false, vec![item]),
    };
    let (mut rows, mut of_runs, mut errors, mut first_id) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (index, item) in items.into_iter().enumerate() {
        let score = match read_score(item, &context) {
            Ok(score) => score,
            Err(error) if is_list => {
                errors.push(format!("score {index}: {error}"));
                continue;
            }
            Err(error) => return Err(Problem::invalid(error.field, error.message)),
        };
        match score {
            ReadScore::Row(score) => {
                first_id.get_or_insert_with(|| score.row.score_id.clone());
                rows.push(score);
            }
            ReadScore::OfRun(score) => {
                first_id.get_or_insert_with(|| score.score_id.clone());
                of_runs.push(score);
            }
        }
    }
    let accepted = rows.len() + of_runs.len();
    store(&state, caller.project, rows, of_runs).await?;
    drop(permits);
    Ok(match (is_list, errors.len()) {
        (false, _) => Json(json!({"id": first_id})).into_response(),
        (true, 0) => (StatusCode::ACCEPTED, Json(json!({"message": "Accepted"}))).into_response(),
        (true, rejected) => {
            let named: Vec<Value> = errors.into_iter().take(NAMED_REJECTIONS).map(|message| json!({"message": message})).collect();
            (StatusCode::MULTI_STATUS, Json(json!({"accepted": accepted, "rejected": rejected, "errors": named}))).into_response()
        }
    })
}

/// Stores scores of telemetry, and those of runs with their run.
pub(super) async fn store(state: &AppState, project: ProjectId, rows: Vec<Incoming<Score>>, of_runs: Vec<Score>) -> ApiResult<()> {
    if !rows.is_empty() {
        let batch = RowBatch { scores: rows.clone(), ..RowBatch::new(project) };
        ingest::store(state, RowKind::Score, batch, Vec::new()).await?;
        experiments::of_telemetry(state, project, &rows).await?;
    }
    experiments::of_runs(state, project, of_runs).await
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<Response> {
    let score = state.store.score(caller.project, &id).await?.ok_or_else(|| Problem::not_found("score"))?;
    let deletion = Incoming::new(score.deletion(Timestamp::now()), None);
    store(&state, caller.project, vec![deletion], Vec::new()).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"message": "Score deleted"}))).into_response())
}
