//! Traces: what is said of one when it has ended, its tags, and reading it back.

use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::{self, reports},
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId, TraceId,
    telemetry::{RowKind, Score, ScoreTarget, Span},
};
use protocol::{
    IngestContext,
    native::{
        NativeRows, SpanReport,
        mlflow::{self, TraceInfo, trace_id, trace_info_json, trace_json},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/3.0/mlflow/traces";
/// The client sends a trace's root and what is said of the trace at the same time: so often is looked for the one when the other is there.
const ROOT_TRIES: u32 = 5;
const ROOT_PAUSE: Duration = Duration::from_millis(50);
/// Most spans of a trace that is read back.
const MAX_SPANS: usize = 1_000;

/// `StartTraceV3`, which the client sends at the end. The answer tells it whether the spans have come already.
pub(super) async fn start(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let read = |bytes: bytes::Bytes, _: &IngestContext| ingest::single(&bytes);
    let (mut body, _permits) = reports::read_body(&state, caller.project, PATH, &headers, body, read).await?;
    let (trace, info) = mlflow::read_trace_info(&body).map_err(|error| Problem::invalid(error.field, error.message))?;
    let location = format!("mlflow-artifacts:/{}/traces/{}/artifacts", info.experiment_id.as_deref().unwrap_or("0"), info.native_id);
    let root = awaited_root(&state, caller.project, trace).await?;
    let spans_are_here = root.is_some();
    match root {
        Some(root) => tell_root(&state, caller.project, root, info).await?,
        None => state.awaited_roots.put(caller.project, trace, info),
    }
    if let Some(info) = body.pointer_mut("/trace/trace_info").and_then(Value::as_object_mut) {
        let tags = info.entry("tags").or_insert_with(|| json!({}));
        if let Some(tags) = tags.as_object_mut() {
            tags.insert("mlflow.artifactLocation".to_owned(), location.into());
            let spans_location = if spans_are_here { "TRACKING_STORE" } else { "ARTIFACT_REPO" };
            tags.insert("mlflow.trace.spansLocation".to_owned(), spans_location.into());
        }
    }
    Ok(Json(body))
}

async fn awaited_root(state: &AppState, project: ProjectId, trace: TraceId) -> ApiResult<Option<Span>> {
    for attempt in 0..ROOT_TRIES {
        if attempt > 0 {
            tokio::time::sleep(ROOT_PAUSE).await;
        }
        if let Some(root) = find_root(state, project, trace).await? {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

async fn find_root(state: &AppState, project: ProjectId, trace: TraceId) -> ApiResult<Option<Span>> {
    Ok(spans_of(state, project, trace).await?.into_iter().find(|span| span.parent_span_id.is_none()))
}

/// The first spans of a trace, with payloads.
async fn spans_of(state: &AppState, project: ProjectId, trace: TraceId) -> ApiResult<Vec<Span>> {
    let Some(detail) = state.store.trace(project, trace, None, MAX_SPANS).await? else { return Ok(Vec::new()) };
    let mut spans = Vec::with_capacity(detail.spans.len());
    for summary in detail.spans {
        spans.extend(state.store.span(project, trace, summary.span_id).await?);
    }
    Ok(spans)
}

async fn tell_root(state: &AppState, project: ProjectId, root: Span, info: TraceInfo) -> ApiResult<()> {
    amend_root(state, project, root, |report| info.apply(report)).await
}

/// Stores a further report of a root, which says no more than `tell` does.
async fn amend_root(state: &AppState, project: ProjectId, root: Span, tell: impl FnOnce(&mut Span)) -> ApiResult<()> {
    let context = ingest::context(state, project, RowKind::Span).await?;
    let mut report = Span::new(root.trace_id, root.span_id, "", root.start_time);
    (report.source, report.ingest_time, report.running) = (root.source, context.received_at, root.running);
    tell(&mut report);
    let rows = NativeRows { spans: vec![SpanReport::new(report)], ..NativeRows::default() };
    reports::store_rows(state, project, rows, Vec::new()).await?;
    Ok(())
}

#[derive(Deserialize)]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: Option<String>,
}

pub(super) async fn set_tag(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    Json(tag): Json<Tag>,
) -> ApiResult<Json<Value>> {
    tag_root(&state, caller.project, &id, tag).await
}

/// What a map once held can only be overwritten: a tag that was taken away is null.
pub(super) async fn delete_tag(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    Json(tag): Json<Tag>,
) -> ApiResult<Json<Value>> {
    tag_root(&state, caller.project, &id, Tag { value: None, ..tag }).await
}

async fn tag_root(state: &AppState, project: ProjectId, id: &str, tag: Tag) -> ApiResult<Json<Value>> {
    let root = find_root(state, project, known_id(id)?).await?.ok_or_else(|| Problem::not_found("trace"))?;
    amend_root(state, project, root, |report| drop(report.payload.metadata.insert(tag.key, tag.value.into()))).await?;
    Ok(Json(json!({})))
}

pub(super) fn known_id(id: &str) -> ApiResult<TraceId> {
    trace_id(id).ok_or_else(|| Problem::not_found("trace"))
}

#[derive(Deserialize)]
pub(super) struct WholeTrace {
    trace_id: String,
}

pub(super) async fn get_whole(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(query): Query<WholeTrace>,
) -> ApiResult<Json<Value>> {
    let (spans, scores) = known(&state, caller.project, known_id(&query.trace_id)?).await?;
    let trace = trace_json(&spans, &scores).ok_or_else(|| Problem::not_found("trace"))?;
    Ok(Json(json!({"trace": trace})))
}

pub(super) async fn get_info(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let (spans, scores) = known(&state, caller.project, known_id(&id)?).await?;
    let info = trace_info_json(&spans, &scores).ok_or_else(|| Problem::not_found("trace"))?;
    Ok(Json(json!({"trace": {"trace_info": info}})))
}

/// A trace's spans, and what was said of it and of them.
pub(super) async fn known(state: &AppState, project: ProjectId, trace: TraceId) -> ApiResult<(Vec<Span>, Vec<Score>)> {
    let spans = spans_of(state, project, trace).await?;
    let of_spans = spans.iter().take(MAX_SPANS - 1).map(|span| ScoreTarget::Span { trace_id: trace, span_id: span.span_id });
    let targets: Vec<ScoreTarget> = std::iter::once(ScoreTarget::Trace { trace_id: trace }).chain(of_spans).collect();
    let scores = state.store.scores_of(project, &targets).await?;
    Ok((spans, scores))
}
