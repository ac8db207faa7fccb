//! Feedback scores of traces, spans and threads.

use super::{bodies, results};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Path, Problem},
    ingest::{self, LargeJson, Received},
    native::by_native_id::span_by_native_id,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{
    ProjectId, Timestamp,
    telemetry::{Incoming, RowBatch, RowKind, Score, ScoreTarget},
};
use protocol::native::opik::{self, CONVENTION, Scored, SentScore};
use serde::Deserialize;

pub(super) async fn of_traces(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    take_in(&state, caller.project, Scored::Traces, &headers, body).await
}

pub(super) async fn of_spans(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    take_in(&state, caller.project, Scored::Spans, &headers, body).await
}

pub(super) async fn of_threads(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    take_in(&state, caller.project, Scored::Threads, &headers, body).await
}

async fn take_in(state: &AppState, project: ProjectId, scored: Scored, headers: &HeaderMap, body: Body) -> ApiResult<StatusCode> {
    let Received { bytes, length, permits } = ingest::receive(state, headers, body).await?;
    let context = ingest::context(state, project, RowKind::Score).await?;
    let rows = ingest::decode(length, move || Ok(opik::read_scores(scored, &bytes, &context)?)).await?;
    let (of_spans, others): (Vec<SentScore>, Vec<SentScore>) = rows.scores.into_iter().partition(|sent| sent.span.is_some());
    let others: Vec<Score> = others.into_iter().map(|sent| sent.score).collect();
    store(state, project, others.clone()).await?;
    results::of_scores(state, project, &others).await;
    for SentScore { span, score, .. } in of_spans {
        store_of_span(state, project, &span.unwrap_or_default(), score).await?;
    }
    drop(permits);
    bodies::check("scores", &rows.rejected)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stored with the trace of its span, or to wait for it. What waits is looked up once more: the span may have come meanwhile.
async fn store_of_span(state: &AppState, project: ProjectId, span: &str, score: Score) -> ApiResult<()> {
    if let Some(target) = target_of(state, project, span).await? {
        return store(state, project, vec![Score { target, ..score }]).await;
    }
    store(state, project, vec![score.clone()]).await?;
    state.waiting_scores.put(project, opik::span_id(span), score);
    match target_of(state, project, span).await? {
        Some(target) => {
            let waited = state.waiting_scores.take(project, opik::span_id(span));
            store(state, project, waited.into_iter().map(|score| Score { target: target.clone(), ..score }).collect()).await
        }
        None => Ok(()),
    }
}

async fn target_of(state: &AppState, project: ProjectId, span: &str) -> ApiResult<Option<ScoreTarget>> {
    let found = span_by_native_id(state, project, CONVENTION, span).await?;
    Ok(found.map(|span| ScoreTarget::Span { trace_id: span.trace_id, span_id: span.span_id }))
}

pub(super) async fn store(state: &AppState, project: ProjectId, scores: Vec<Score>) -> ApiResult<()> {
    if scores.is_empty() {
        return Ok(());
    }
    let scores = scores.into_iter().map(|score| Incoming::new(score, None)).collect();
    ingest::store(state, RowKind::Score, RowBatch { scores, ..RowBatch::new(project) }, Vec::new()).await?;
    Ok(())
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn delete_of_trace(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    LargeJson(score, _permits): LargeJson<Named>,
) -> ApiResult<StatusCode> {
    delete(&state, caller.project, &opik::score_id(Scored::Traces, &id.to_lowercase(), &score.name)).await
}

pub(super) async fn delete_of_span(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    LargeJson(score, _permits): LargeJson<Named>,
) -> ApiResult<StatusCode> {
    delete(&state, caller.project, &opik::score_id(Scored::Spans, &id.to_lowercase(), &score.name)).await
}

async fn delete(state: &AppState, project: ProjectId, id: &str) -> ApiResult<StatusCode> {
    let score = state.store.score(project, id).await?.ok_or_else(|| Problem::not_found("feedback score"))?;
    store(state, project, vec![score.deletion(Timestamp::now())]).await?;
    Ok(StatusCode::NO_CONTENT)
}
