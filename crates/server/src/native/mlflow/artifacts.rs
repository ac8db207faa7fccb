//! Artifacts: the spans of a trace, from clients that do not send them as OTLP.

use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Path, Problem},
    ingest::reports,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use protocol::native::{
    NativeRows, SpanReport,
    mlflow::{read_trace_data, trace_id},
};
use serde_json::{Value, json};

const PATH: &str = "/api/2.0/mlflow-artifacts/artifacts";
const TRACE_DATA: &str = "traces.json";

/// `{experiment}/traces/{trace}/artifacts/traces.json`.
pub(super) async fn upload(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    if path.rsplit('/').next() != Some(TRACE_DATA) {
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, format!("of artifacts, only {TRACE_DATA} is taken here")));
    }
    let read = |bytes: bytes::Bytes, context: &protocol::IngestContext| Ok(read_trace_data(&bytes, context)?);
    let (normalised, permits) = reports::read_body(&state, caller.project, PATH, &headers, body, read).await?;
    if normalised.rows.is_empty()
        && let Some((_, error)) = normalised.rejected.into_iter().next()
    {
        return Err(Problem::invalid(error.field, error.message));
    }
    let told = path.split('/').find_map(trace_id);
    let mut spans = Vec::with_capacity(normalised.rows.len());
    for incoming in normalised.rows {
        let mut span = incoming.row;
        let mut digest = incoming.digest;
        if span.parent_span_id.is_none()
            && told.is_none_or(|trace| trace == span.trace_id)
            && let Some(info) = state.awaited_roots.take(caller.project, span.trace_id)
        {
            info.apply(&mut span);
            digest = None;
        }
        spans.push(SpanReport { digest, ..SpanReport::new(span) });
    }
    reports::store_rows(&state, caller.project, NativeRows { spans, ..NativeRows::default() }, permits).await?;
    Ok(Json(json!({})))
}
