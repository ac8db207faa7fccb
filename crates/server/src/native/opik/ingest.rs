//! Traces and spans in: as lists, one by one, and as updates.

use super::{bodies, order, results, waiting};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Path},
    ingest::reports::{read_body, store_rows},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use model::{ProjectId, SpanId, TraceId};
use protocol::{
    DecodeError, IngestContext,
    native::{
        NativeRows,
        opik::{self, Entity, Reports},
    },
};

pub(super) async fn create_traces(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = |bytes: Bytes, context: &IngestContext| opik::read_batch(Entity::Traces, &bytes, context);
    take_in(&state, caller.project, "traces", &headers, body, read).await
}

pub(super) async fn create_spans(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = |bytes: Bytes, context: &IngestContext| opik::read_batch(Entity::Spans, &bytes, context);
    take_in(&state, caller.project, "spans", &headers, body, read).await
}

pub(super) async fn create_trace(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = |bytes: Bytes, context: &IngestContext| opik::read_one(Entity::Traces, &bytes, None, context);
    take_in(&state, caller.project, "traces", &headers, body, read).await
}

pub(super) async fn create_span(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = |bytes: Bytes, context: &IngestContext| opik::read_one(Entity::Spans, &bytes, None, context);
    take_in(&state, caller.project, "spans", &headers, body, read).await
}

pub(super) async fn update_trace(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = move |bytes: Bytes, context: &IngestContext| opik::read_one(Entity::Traces, &bytes, Some(&id), context);
    take_in(&state, caller.project, "traces", &headers, body, read).await
}

pub(super) async fn update_span(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let read = move |bytes: Bytes, context: &IngestContext| opik::read_one(Entity::Spans, &bytes, Some(&id), context);
    take_in(&state, caller.project, "spans", &headers, body, read).await
}

async fn take_in(
    state: &AppState,
    project: ProjectId,
    list: &'static str,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(Bytes, &IngestContext) -> Result<Reports, DecodeError> + Send + 'static,
) -> ApiResult<StatusCode> {
    let path = if list == "spans" { "/v1/private/spans" } else { "/v1/private/traces" };
    let read = |bytes: Bytes, context: &IngestContext| Ok(read(bytes, context)?);
    let (Reports { mut reports, rejected }, permits) = read_body(state, project, path, headers, body, read).await?;
    let ids: Vec<(TraceId, SpanId)> = reports.iter().map(|report| (report.span.trace_id, report.span.span_id)).collect();
    let made =
        reports.iter().filter_map(|report| Some((report.span.trace_id, report.span.span_id, order::made_at(&report.span)?))).collect();
    let turn = state.report_order.turn(project, &reports).await;
    order::yield_to_later(state, project, &mut reports).await?;
    let rows = NativeRows { spans: reports, scores: Vec::new(), rejected };
    let rejected = store_rows(state, project, rows, permits).await?;
    state.report_order.remember(project, made);
    drop(turn);
    if list == "spans" {
        waiting::place(state, project, &ids).await?;
    } else {
        results::of_traces(state, project, &ids).await;
    }
    bodies::check(list, &rejected)?;
    Ok(StatusCode::NO_CONTENT)
}
