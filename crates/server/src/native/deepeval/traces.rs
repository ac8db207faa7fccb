//! `POST /v1/traces`: a trace, when it has ended.

use super::{envelope::Envelope, keep};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::{self, Received, reports},
    native::links::Dashboard,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use model::{ProjectId, telemetry::RowKind};
use protocol::{
    native::{NativeRows, deepeval},
    otlp,
};
use serde_json::json;

const PATH: &str = "/v1/traces";
/// A version that is longer is none.
const MAX_VERSION_CHARS: usize = 64;

pub(super) async fn traces(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    let received = ingest::receive(&state, &headers, body).await?;
    // An exporter of OpenTelemetry that writes JSON may carry DeepEval's key.
    if otlp::starts_with_resource_spans(&received.bytes) {
        return Ok(ingest::otlp_json_traces(&state, caller.project, received).await);
    }
    take_in(&state, caller.project, dashboard, &headers, received).await
}

/// Stores the trace of a body.
pub(crate) async fn take_in(
    state: &AppState,
    project: ProjectId,
    dashboard: Dashboard,
    headers: &HeaderMap,
    received: Received,
) -> ApiResult<Response> {
    let Received { bytes, length, permits } = received;
    let (context, sdk) = (ingest::context(state, project, RowKind::Span).await?, sdk(headers));
    let read = move || {
        let value = ingest::single(&bytes)?;
        let uuid = value.get("uuid").cloned().unwrap_or_default();
        let read = deepeval::trace(value, sdk, &context).map_err(|error| Problem::invalid(error.field, error.message))?;
        Ok((uuid, read))
    };
    let (uuid, read) = ingest::decode(length, read).await?;
    refuse_if_all_are_bad(&read.rows)?;
    state.metrics.ingest_bytes(PATH, length as u64);
    keep::media(state, project, read.media).await?;
    let rejected = reports::store_rows(state, project, read.rows, permits).await?;
    let mut data = json!({"id": uuid, "traceId": read.trace_id});
    keep::name_rejected(&mut data, rejected.iter().map(|(_, error)| error));
    Ok(Envelope::with_link(data, dashboard.of(state, project).await.trace(read.trace_id)).into_response())
}

/// A trace of which nothing can be kept is an error that the user is to see.
fn refuse_if_all_are_bad(rows: &NativeRows) -> ApiResult<()> {
    match rows.rejected.first() {
        Some((_, error)) if rows.spans.is_empty() => Err(Problem::new(StatusCode::BAD_REQUEST, error.to_string())),
        _ => Ok(()),
    }
}

/// How the sender names itself.
pub(super) fn sdk(headers: &HeaderMap) -> Option<String> {
    let version = headers.get("x-deepeval-version")?.to_str().ok()?;
    (version.len() <= MAX_VERSION_CHARS).then(|| format!("deepeval {version}"))
}
