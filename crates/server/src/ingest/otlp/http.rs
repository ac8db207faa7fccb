//! OTLP over HTTP: `/v1/traces`, `/v1/logs`, `/v1/metrics`. Errors are told as OTLP says (a `google.rpc.Status` in the encoding of
//! the request), so that exporters show them; 503 with `Retry-After` makes them keep the data and try again.

use super::{Outcome, take_in};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::{
        body::{Received, receive},
        json_rows::media_type,
    },
    native::{self, links::Dashboard},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::ProjectId;
use protocol::{
    native::deepeval,
    otlp::{self, Encoding, Signal},
};

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
        return export(&state, caller.project, Signal::Traces, &headers, body).await;
    }
    // Whoever writes JSON may be another client: OTLP's own bodies are told by their first bytes.
    let received = match receive(&state, &headers, body).await {
        Ok(received) => received,
        Err(refusal) => return error_answer(Encoding::Json, &refusal),
    };
    if !otlp::starts_with_resource_spans(&received.bytes) && deepeval::is_trace(&received.bytes) {
        return native::take_in_deepeval_trace(&state, caller.project, dashboard, &headers, received).await.into_response();
    }
    json_traces(&state, caller.project, received).await
}

/// Stores an `ExportTraceServiceRequest` in JSON.
pub(crate) async fn json_traces(state: &AppState, project: ProjectId, received: Received) -> Response {
    answer_of(take_in(state, project, Signal::Traces, Encoding::Json, received).await, Signal::Traces, Encoding::Json)
}

/// Stores the records of an `ExportLogsServiceRequest`
#[utoipa::path(
    post, path = "/v1/logs", tag = "ingest",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Value = "application/json"))),
    responses((status = 200, description = "An ExportLogsServiceResponse: the records are durable and visible"))
)]
pub(in crate::ingest) async fn logs(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> Response {
    export(&state, caller.project, Signal::Logs, &headers, body).await
}

/// Stores the points of an `ExportMetricsServiceRequest`
#[utoipa::path(
    post, path = "/v1/metrics", tag = "ingest",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Value = "application/json"))),
    responses((status = 200, description = "An ExportMetricsServiceResponse: the points are durable and visible"))
)]
pub(in crate::ingest) async fn metrics(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    export(&state, caller.project, Signal::Metrics, &headers, body).await
}

/// Profiles are the fourth signal of OTLP; nothing here could show them. A clear answer, so that exporters drop them and say why
pub(in crate::ingest) async fn profiles(_caller: Authorized<Ingest>, headers: HeaderMap) -> Response {
    let refusal = Problem::new(StatusCode::NOT_IMPLEMENTED, "profiles are not stored; switch their exporter off");
    error_answer(encoding_of(&headers).unwrap_or(Encoding::Json), &refusal)
}

async fn export(state: &AppState, project: ProjectId, signal: Signal, headers: &HeaderMap, body: Body) -> Response {
    let Some(encoding) = encoding_of(headers) else {
        let refusal = Problem::unsupported_media_type("expected Content-Type: application/x-protobuf or application/json");
        return error_answer(Encoding::Json, &refusal);
    };
    let outcome = match receive(state, headers, body).await {
        Ok(received) => take_in(state, project, signal, encoding, received).await,
        Err(refusal) => Err(refusal),
    };
    answer_of(outcome, signal, encoding)
}

fn answer_of(outcome: ApiResult<Outcome>, signal: Signal, encoding: Encoding) -> Response {
    match outcome {
        Ok(outcome) => answer(StatusCode::OK, encoding, outcome.encode(encoding, signal)),
        Err(refusal) => error_answer(encoding, &refusal),
    }
}

fn encoding_of(headers: &HeaderMap) -> Option<Encoding> {
    match media_type(headers).as_str() {
        "application/x-protobuf" | "application/protobuf" => Some(Encoding::Protobuf),
        "application/json" => Some(Encoding::Json),
        _ => None,
    }
}

fn error_answer(encoding: Encoding, refusal: &Problem) -> Response {
    let mut response = answer(refusal.status, encoding, otlp::encode_error(encoding, refusal.rpc_code(), &refusal.detail));
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
