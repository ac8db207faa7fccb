//! OTLP over HTTP: `/v1/traces`, `/v1/logs`, `/v1/metrics`. Errors are told as OTLP says (a `google.rpc.Status` in the encoding of
//! the request), so that exporters show them; 503 with `Retry-After` makes them keep the data and try again.

use super::{
    api::context,
    body::{Received, receive},
    decode::decode,
    json_rows::media_type,
    pipeline,
};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    native::{self, links::Dashboard},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use model::{
    ProjectId,
    telemetry::{RowBatch, RowKind},
};
use protocol::{
    IngestContext, Normalised, RowError,
    native::deepeval,
    otlp::{self, Encoding, Signal},
};

/// Rejected rows named in a partial success; the others are only counted.
const NAMED_REJECTIONS: usize = 3;

/// Stores the spans of an `ExportTraceServiceRequest`
#[utoipa::path(
    post, path = "/v1/traces", tag = "ingest",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Value = "application/json"))),
    responses((status = 200, description = "An ExportTraceServiceResponse: the spans are durable and visible"))
)]
pub(crate) async fn traces(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if encoding_of(&headers) != Some(Encoding::Json) {
        return export(&state, caller.project, Signal::Traces, &headers, body, read_spans).await;
    }
    // Whoever writes JSON may be another client: OTLP's own bodies are told by their first bytes.
    let received = match receive(&state, &headers, body).await {
        Ok(received) => received,
        Err(refusal) => return error_answer(Encoding::Json, &refusal),
    };
    if !otlp::starts_with_resource_spans(&received.bytes) && deepeval::is_trace(&received.bytes) {
        return native::take_in_deepeval_trace(&state, caller.project, &dashboard, &headers, received).await.into_response();
    }
    json_traces(&state, caller.project, received).await
}

/// Stores an `ExportTraceServiceRequest` in JSON.
pub(crate) async fn json_traces(state: &AppState, project: ProjectId, received: Received) -> Response {
    answer_of(take_in(state, project, Signal::Traces, Encoding::Json, received, read_spans).await, Signal::Traces, Encoding::Json)
}

fn read_spans(
    bytes: Bytes,
    encoding: Encoding,
    context: &IngestContext,
    mut batch: RowBatch,
) -> ApiResult<(RowBatch, Vec<(usize, RowError)>)> {
    let Normalised { rows, rejected } = otlp::spans(otlp::decode_traces(bytes, encoding)?, context);
    batch.spans = rows;
    Ok((batch, rejected))
}

/// Stores the records of an `ExportLogsServiceRequest`
#[utoipa::path(
    post, path = "/v1/logs", tag = "ingest",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Value = "application/json"))),
    responses((status = 200, description = "An ExportLogsServiceResponse: the records are durable and visible"))
)]
pub(super) async fn logs(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Response {
    export(&state, caller.project, Signal::Logs, &headers, body, |bytes, encoding, context, mut batch| {
        let Normalised { rows, rejected } = otlp::log_records(otlp::decode_logs(bytes, encoding)?, context);
        batch.logs = rows;
        Ok((batch, rejected))
    })
    .await
}

/// Stores the points of an `ExportMetricsServiceRequest`
#[utoipa::path(
    post, path = "/v1/metrics", tag = "ingest",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Value = "application/json"))),
    responses((status = 200, description = "An ExportMetricsServiceResponse: the points are durable and visible"))
)]
pub(super) async fn metrics(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Response {
    export(&state, caller.project, Signal::Metrics, &headers, body, |bytes, encoding, context, mut batch| {
        let Normalised { rows, rejected } = otlp::metric_points(otlp::decode_metrics(bytes, encoding)?, context);
        batch.metrics = rows;
        Ok((batch, rejected))
    })
    .await
}

/// From a body to the rows in it (added to the batch), and the rows that were not taken.
type Read = fn(Bytes, Encoding, &IngestContext, RowBatch) -> ApiResult<(RowBatch, Vec<(usize, RowError)>)>;

async fn export(state: &AppState, project: ProjectId, signal: Signal, headers: &HeaderMap, body: Body, read: Read) -> Response {
    let Some(encoding) = encoding_of(headers) else {
        let refusal = Problem::unsupported_media_type("expected Content-Type: application/x-protobuf or application/json");
        return error_answer(Encoding::Json, &refusal);
    };
    let outcome = match receive(state, headers, body).await {
        Ok(received) => take_in(state, project, signal, encoding, received, read).await,
        Err(refusal) => Err(refusal),
    };
    answer_of(outcome, signal, encoding)
}

fn answer_of(outcome: ApiResult<Vec<(usize, RowError)>>, signal: Signal, encoding: Encoding) -> Response {
    match outcome {
        Ok(rejected) => {
            let message = (!rejected.is_empty()).then(|| summary(&rejected));
            let body = otlp::encode_response(encoding, signal, rejected.len() as u64, message.as_deref());
            answer(StatusCode::OK, encoding, body)
        }
        Err(refusal) => error_answer(encoding, &refusal),
    }
}

async fn take_in(
    state: &AppState,
    project: ProjectId,
    signal: Signal,
    encoding: Encoding,
    received: Received,
    read: Read,
) -> ApiResult<Vec<(usize, RowError)>> {
    let Received { bytes, length, permits } = received;
    let (path, kind) = path_and_kind(signal);
    let context = context(state, project, kind).await?;
    let work = move || read(bytes, encoding, &context, RowBatch::new(project));
    let (batch, rejected) = decode(length, work).await?;
    state.metrics.ingest_bytes(path, length as u64);
    state.metrics.ingest_rejected(kind.as_str(), rejected.len() as u64);
    if !batch.is_empty() {
        pipeline::store(state, kind, batch, permits).await?;
    }
    Ok(rejected)
}

fn path_and_kind(signal: Signal) -> (&'static str, RowKind) {
    match signal {
        Signal::Traces => ("/v1/traces", RowKind::Span),
        Signal::Logs => ("/v1/logs", RowKind::Log),
        Signal::Metrics => ("/v1/metrics", RowKind::Metric),
    }
}

fn encoding_of(headers: &HeaderMap) -> Option<Encoding> {
    match media_type(headers).as_str() {
        "application/x-protobuf" | "application/protobuf" => Some(Encoding::Protobuf),
        "application/json" => Some(Encoding::Json),
        _ => None,
    }
}

/// The first rejected rows with their reasons, and how many more there are.
fn summary(rejected: &[(usize, RowError)]) -> String {
    let named = rejected.iter().take(NAMED_REJECTIONS).map(|(index, error)| format!("row {index}: {error}"));
    let mut summary = named.collect::<Vec<_>>().join("; ");
    if rejected.len() > NAMED_REJECTIONS {
        summary.push_str(&format!("; and {} more", rejected.len() - NAMED_REJECTIONS));
    }
    summary
}

fn error_answer(encoding: Encoding, refusal: &Problem) -> Response {
    let mut response = answer(refusal.status, encoding, otlp::encode_error(encoding, &refusal.detail));
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let content_type = match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    };
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
