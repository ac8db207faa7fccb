//! Feedback and expectations on traces and spans.

use super::traces::known_id;
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
    ingest,
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    KeyId, ProjectId, Timestamp,
    telemetry::{Incoming, RowBatch, RowKind, Score},
};
use protocol::native::mlflow::{amend_assessment, assessment_json, read_assessment};
use serde_json::{Value, json};

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(trace): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let body = read_body(&state, &headers, body).await?;
    let context = ingest::context(&state, caller.project, RowKind::Score).await?;
    // Any of our generated ids is as good: random, and unlike all others.
    let id = format!("a-{}", KeyId::generate());
    let score = read_assessment(&body, &trace, id, &context).map_err(|error| Problem::invalid(error.field, error.message))?;
    store(&state, caller.project, score.clone()).await?;
    answer(&score)
}

pub(super) async fn update(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((trace, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let body = read_body(&state, &headers, body).await?;
    let context = ingest::context(&state, caller.project, RowKind::Score).await?;
    let mut score = find(&state, caller.project, &trace, &id).await?;
    amend_assessment(&body, &mut score, &context).map_err(|error| Problem::invalid(error.field, error.message))?;
    store(&state, caller.project, score.clone()).await?;
    answer(&score)
}

pub(super) async fn read(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path((trace, id)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    answer(&find(&state, caller.project, &trace, &id).await?)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((trace, id)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    let score = find(&state, caller.project, &trace, &id).await?;
    store(&state, caller.project, score.deletion(Timestamp::now())).await?;
    Ok(Json(json!({})))
}

async fn read_body(state: &AppState, headers: &HeaderMap, body: Body) -> ApiResult<Value> {
    let received = ingest::receive(state, headers, body).await?;
    let bytes = received.bytes;
    ingest::decode(received.length, move || ingest::single(&bytes)).await
}

async fn find(state: &AppState, project: ProjectId, trace: &str, id: &str) -> ApiResult<Score> {
    let trace = known_id(trace)?;
    let score = state.store.score(project, id).await?.filter(|score| score.target.trace_id() == Some(trace));
    score.ok_or_else(|| Problem::not_found("assessment"))
}

async fn store(state: &AppState, project: ProjectId, score: Score) -> ApiResult<()> {
    let batch = RowBatch { scores: vec![Incoming::new(score, None)], ..RowBatch::new(project) };
    ingest::store(state, RowKind::Score, batch, Vec::new()).await?;
    Ok(())
}

fn answer(score: &Score) -> ApiResult<Json<Value>> {
    let assessment = assessment_json(score).ok_or_else(|| Problem::not_found("assessment"))?;
    Ok(Json(json!({"assessment": assessment})))
}
