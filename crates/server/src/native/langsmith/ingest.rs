//! Runs and feedback in: as forms, as batches, one by one. Parts that cannot be read are named in the answer, the others are kept.

use super::{attachments, experiments, feedback::placed};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Path, Permit, Problem},
    ingest::reports::{read_body, store_rows},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use bytes::Bytes;
use model::{ProjectId, telemetry::Score};
use protocol::{
    DecodeError, IngestContext, RowError,
    multipart::form_boundary,
    native::langsmith::{self, LangSmithRows, refusal},
};
use serde_json::{Value, json};

type Answer = ApiResult<(StatusCode, Json<Value>)>;

pub(super) async fn multipart(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Answer {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = form_boundary(content_type)
        .ok_or_else(|| Problem::unsupported_media_type("expected Content-Type: multipart/form-data with a boundary"))?;
    let read = move |bytes: Bytes, context: &IngestContext| langsmith::read_form(&bytes, &boundary, context);
    take_in(&state, caller.project, "/runs/multipart", &headers, body, read).await
}

pub(super) async fn batch(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Answer {
    let read = |bytes: Bytes, context: &IngestContext| langsmith::read_batch(&bytes, context);
    take_in(&state, caller.project, "/runs/batch", &headers, body, read).await
}

pub(super) async fn create(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Answer {
    let read = |bytes: Bytes, context: &IngestContext| langsmith::read_run(&bytes, None, context);
    take_in(&state, caller.project, "/runs", &headers, body, read).await
}

pub(super) async fn update(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let read = move |bytes: Bytes, context: &IngestContext| langsmith::read_run(&bytes, Some(&id), context);
    take_in(&state, caller.project, "/runs", &headers, body, read).await
}

pub(super) async fn feedback(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Answer {
    let read = |bytes: Bytes, context: &IngestContext| langsmith::read_feedback(&bytes, context);
    take_in(&state, caller.project, "/feedback", &headers, body, read).await
}

async fn take_in(
    state: &AppState,
    project: ProjectId,
    path: &'static str,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(Bytes, &IngestContext) -> Result<LangSmithRows, DecodeError> + Send + 'static,
) -> Answer {
    let read = |bytes: Bytes, context: &IngestContext| Ok(read(bytes, context)?);
    let (rows, permits) = read_body(state, project, path, headers, body, read).await?;
    let kept = rows.rows.spans.len() + rows.rows.scores.len() + rows.unplaced.len();
    let rejected = store(state, project, rows, permits).await?;
    match refusal(&rejected) {
        Some(message) if kept == 0 => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)),
        message => Ok((StatusCode::ACCEPTED, Json(json!({"message": "accepted", "rejected": rejected.len(), "detail": message})))),
    }
}

async fn store(state: &AppState, project: ProjectId, mut read: LangSmithRows, permits: Vec<Permit>) -> ApiResult<Vec<(usize, RowError)>> {
    attachments::keep(state, project, &mut read).await?;
    let LangSmithRows { mut rows, unplaced, .. } = read;
    for feedback in unplaced {
        let place = feedback.place;
        match placed(state, project, feedback, &rows.spans).await? {
            Some(score) => rows.scores.push(score),
            None => rows.rejected.push((place, RowError::new("run_id", "expected the id of a run that is stored, or its trace_id too"))),
        }
    }
    let scores: Vec<Score> = rows.scores.iter().map(|incoming| incoming.row.clone()).collect();
    let results = experiments::results_of(&rows.spans, &scores);
    let rejected = store_rows(state, project, rows, permits).await?;
    experiments::keep(state, project, results).await?;
    Ok(rejected)
}
