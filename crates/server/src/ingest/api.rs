//! The JSON ingest API: `/api/v1/ingest/…`.

use super::{
    answers::{BulkAnswer, LlmAnswer},
    body::receive,
    decode::decode,
    json_rows::{self, JsonType},
    pipeline,
};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Problem, ProblemDocument},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{
    ProjectId, Timestamp,
    telemetry::{Incoming, RowBatch, RowKind},
};
use protocol::{IngestContext, Normalised, RowError, ingest_api};
use serde_json::Value;

const LLM_PATH: &str = "/api/v1/ingest/llm";

/// Stores one LLM call
///
/// A repeated `id` stores nothing and returns the first answer.
#[utoipa::path(
    post, path = "/api/v1/ingest/llm", tag = "ingest",
    request_body(content = Value, description = "One call: `provider` and `model` are required"),
    responses(
        (status = 201, description = "Durable and visible", body = LlmAnswer),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn llm(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<LlmAnswer>)> {
    JsonType::of(&headers)?;
    let received = receive(&state, &headers, body).await?;
    let (bytes, context) = (received.bytes, context(&state, caller.project, RowKind::Span).await?);
    let read = move || {
        let value = json_rows::single(&bytes)?;
        ingest_api::llm_call(value, &context).map_err(|error| Problem::invalid(error.field, error.message))
    };
    let incoming = decode(received.length, read).await?;
    state.metrics.ingest_bytes(LLM_PATH, received.length as u64);
    // Only a call with an id of its own has a digest.
    let id = incoming.digest.and(incoming.row.native_id.clone());
    let (trace, span) = (incoming.row.trace_id, incoming.row.span_id);
    let first_report = if id.is_some() { state.store.span(caller.project, trace, span).await? } else { None };
    let stored = match first_report {
        Some(first) => first,
        None => {
            let batch = RowBatch { spans: vec![incoming], ..RowBatch::new(caller.project) };
            pipeline::store(&state, RowKind::Span, batch, received.permits).await?;
            // Read back, so that of two reports at once both get the answer of the one that was stored.
            let stored = state.store.span(caller.project, trace, span).await?;
            stored.ok_or_else(|| Problem::internal("a committed span is not visible"))?
        }
    };
    Ok((StatusCode::CREATED, Json(LlmAnswer::new(&stored, id.as_deref()))))
}

/// Stores many LLM calls: `{"logs": […]}`, a list, or one JSON object per line (`application/x-ndjson`). Good rows are kept, bad ones named.
#[utoipa::path(
    post, path = "/api/v1/ingest/llm/bulk", tag = "ingest",
    request_body(content = Value),
    responses(
        (status = 200, description = "The accepted rows are durable and visible", body = BulkAnswer),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn llm_bulk(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<BulkAnswer>> {
    let route = ListRoute {
        path: "/api/v1/ingest/llm/bulk",
        kind: RowKind::Span,
        wrapper: Some("logs"),
        read: ingest_api::llm_call,
        fill: |batch, rows| batch.spans = rows,
    };
    route.take_in(&state, caller.project, &headers, body).await
}

/// Stores application logs, one or a list.
#[utoipa::path(
    post, path = "/api/v1/ingest/app", tag = "ingest",
    request_body(content = Value),
    responses(
        (status = 200, description = "The accepted rows are durable and visible", body = BulkAnswer),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn app(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<BulkAnswer>> {
    let route = ListRoute {
        path: "/api/v1/ingest/app",
        kind: RowKind::Log,
        wrapper: None,
        read: ingest_api::app_log,
        fill: |batch, rows| batch.logs = rows,
    };
    route.take_in(&state, caller.project, &headers, body).await
}

/// Stores metric points, one or a list.
#[utoipa::path(
    post, path = "/api/v1/ingest/metrics", tag = "ingest",
    request_body(content = Value),
    responses(
        (status = 200, description = "The accepted rows are durable and visible", body = BulkAnswer),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn metrics(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<BulkAnswer>> {
    let route = ListRoute {
        path: "/api/v1/ingest/metrics",
        kind: RowKind::Metric,
        wrapper: None,
        read: ingest_api::metric,
        fill: |batch, rows| batch.metrics = rows,
    };
    route.take_in(&state, caller.project, &headers, body).await
}

/// Stores scores, comments and bookmarks, one or a list
///
/// About a span (`trace_id`, `span_id`), a trace (`trace_id`) or a session (`session_id`), which may be stored already or come later. A
/// row with a `score_id` that is known takes the place of the earlier one. Without one, the same judgement (target, name, source, author)
/// takes the place of the earlier one, and a comment stands beside the others.
#[utoipa::path(
    post, path = "/api/v1/scores", tag = "scores",
    request_body(content = Value, description = "`name` and `value` or `label`; or `kind` `comment` with a `comment`; or `kind` `bookmark`"),
    responses(
        (status = 200, description = "The accepted rows are durable and visible", body = BulkAnswer),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn scores(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<BulkAnswer>> {
    let route = ListRoute {
        path: "/api/v1/scores",
        kind: RowKind::Score,
        wrapper: None,
        read: ingest_api::score,
        fill: |batch, rows| batch.scores = rows,
    };
    route.take_in(&state, caller.project, &headers, body).await
}

/// A route that takes a list of rows of one kind.
struct ListRoute<T> {
    path: &'static str,
    kind: RowKind,
    /// The name under which an object may hold the list.
    wrapper: Option<&'static str>,
    read: fn(Value, &IngestContext) -> Result<Incoming<T>, RowError>,
    fill: fn(&mut RowBatch, Vec<Incoming<T>>),
}

impl<T: Send + 'static> ListRoute<T> {
    /// From a body to its answer: good rows are stored, bad ones named.
    async fn take_in(self, state: &AppState, project: ProjectId, headers: &HeaderMap, body: Body) -> ApiResult<Json<BulkAnswer>> {
        let json_type = JsonType::of(headers)?;
        let received = receive(state, headers, body).await?;
        let (bytes, context) = (received.bytes, context(state, project, self.kind).await?);
        let work = move || {
            let rows = json_rows::rows(&bytes, json_type, self.wrapper)?;
            Ok(json_rows::normalise(rows, |row| (self.read)(row, &context)))
        };
        let Normalised { rows, rejected } = decode(received.length, work).await?;
        state.metrics.ingest_bytes(self.path, received.length as u64);
        state.metrics.ingest_rejected(self.kind.as_str(), rejected.len() as u64);
        let accepted = rows.len();
        if accepted > 0 {
            let mut batch = RowBatch::new(project);
            (self.fill)(&mut batch, rows);
            pipeline::store(state, self.kind, batch, received.permits).await?;
        }
        Ok(Json(BulkAnswer::new(accepted, rejected)))
    }
}

/// What rows of a kind that arrive now are judged against.
pub(crate) async fn context(state: &AppState, project: ProjectId, kind: RowKind) -> ApiResult<IngestContext> {
    let received_at = Timestamp::now();
    let retention = state.accounts.retention(project).await?;
    Ok(IngestContext { received_at, retention_floor: retention.cutoff(kind, received_at) })
}
