//! OTLP over gRPC: the three collector services, spoken straight on HTTP/2. A unary call is a POST with one framed message, answered
//! by one framed message and a trailer, so that bodies pass the same bounds, gate and credentials as those of `/v1/…`, and the
//! messages are read by the same decoder, row by row. How refusals look is in `http::grpc_status`.

use super::{grpc_message::receive_message, take_in};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, GRPC, OK_STATUS, Problem, grpc_status},
    ingest::json_rows::media_type,
};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::post,
};
use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use protocol::otlp::{Encoding, Signal};

/// The paths that gRPC makes of service and method.
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

pub(in crate::ingest) fn routes() -> Router<AppState> {
    Router::new()
        .route(TRACES, post(async |state, caller, headers, body| export(Signal::Traces, state, caller, headers, body).await))
        .route(LOGS, post(async |state, caller, headers, body| export(Signal::Logs, state, caller, headers, body).await))
        .route(METRICS, post(async |state, caller, headers, body| export(Signal::Metrics, state, caller, headers, body).await))
}

async fn export(
    signal: Signal,
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    if !matches!(media_type(&headers).as_str(), GRPC | "application/grpc+proto") {
        return Err(Problem::unsupported_media_type("expected Content-Type: application/grpc with protobuf messages"));
    }
    let received = receive_message(&state, &headers, body).await?;
    let outcome = take_in(&state, caller.project, signal, Encoding::Protobuf, received).await?;
    Ok(answer(&outcome.encode(Encoding::Protobuf, signal)))
}

fn answer(message: &[u8]) -> Response {
    let mut frame = BytesMut::with_capacity(5 + message.len());
    frame.put_u8(0);
    // Answers are a few hundred bytes.
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(message);
    let trailers = HeaderMap::from_iter([(grpc_status::STATUS, HeaderValue::from(OK_STATUS))]);
    let body = Full::new(Bytes::from(frame)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GRPC));
    response
}
