//! OTLP over gRPC, as bytes on HTTP/2. Real clients are in `tests/clients`.

use crate::harness::{Answer, INGEST_KEY, READ_KEY, Server, fixture};
use axum::{body::Body, http::Request};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use bytes::Bytes;
use http_body_util::BodyExt;
use model::StoreError;
use prost::Message;
use protocol::otlp::wire::{ExportServiceResponse, RpcRetryInfo, RpcStatus};
use tower::ServiceExt;

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// What a call came back with.
struct Reply {
    status: i32,
    message: String,
    details: Option<RpcStatus>,
    response: Option<ExportServiceResponse>,
}

struct Call {
    path: &'static str,
    encoding: Option<&'static str>,
    key: &'static str,
    body: Vec<u8>,
}

fn frame(is_compressed: bool, message: &[u8]) -> Vec<u8> {
    let mut frame = vec![u8::from(is_compressed)];
    frame.extend((message.len() as u32).to_be_bytes());
    frame.extend(message);
    frame
}

fn call(path: &'static str, message: &[u8]) -> Call {
    Call { path, encoding: None, key: INGEST_KEY, body: frame(false, message) }
}

impl Call {
    async fn send(self, server: &Server) -> Reply {
        // Cut into pieces that fit no boundary.
        let pieces: Vec<_> = self.body.chunks(3_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        let mut request = Request::post(self.path).header("content-type", "application/grpc").header("te", "trailers");
        request = request.header("authorization", format!("Bearer {}", self.key));
        if let Some(encoding) = self.encoding {
            request = request.header("grpc-encoding", encoding);
        }
        let request = request.body(Body::from_stream(futures::stream::iter(pieces))).unwrap();
        let response = server::otlp_grpc_router(server.state.clone()).oneshot(request).await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"application/grpc".parse().unwrap()));
        let headers = response.headers().clone();
        let collected = response.into_body().collect().await.unwrap();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let text = |name: &str| trailers.get(name).or_else(|| headers.get(name)).map(|value| value.to_str().unwrap().to_owned());
        let details = text("grpc-status-details-bin").map(|text| BASE64_STANDARD_NO_PAD.decode(text).unwrap());
        Reply {
            status: text("grpc-status").unwrap().parse().unwrap(),
            message: text("grpc-message").unwrap_or_default(),
            details: details.map(|bytes| RpcStatus::decode(bytes.as_slice()).unwrap()),
            response: message_of(collected.to_bytes()),
        }
    }
}

fn message_of(body: Bytes) -> Option<ExportServiceResponse> {
    (!body.is_empty()).then(|| {
        assert_eq!(body[0], 0, "answers are not compressed");
        assert_eq!(u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize, body.len() - 5);
        ExportServiceResponse::decode(body.slice(5..)).unwrap()
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn every_signal_in_every_compression_is_stored_as_over_http() {
    let files = [
        (TRACES, "010_otlp-grpc_POST_try_proto_collector_trace_v1_TraceService_Export.bin"),
        (LOGS, "011_otlp-grpc_POST_metry_proto_collector_logs_v1_LogsService_Export.bin"),
        (METRICS, "012_otlp-grpc_POST_proto_collector_metrics_v1_MetricsService_Export.bin"),
    ];
    let http = Server::new();
    for (path, file) in ["/v1/traces", "/v1/logs", "/v1/metrics"].into_iter().zip(files.map(|(_, file)| file)) {
        http.post(path, "application/x-protobuf", fixture(file)).await;
    }
    let of_http = (http.spans().await.items.len(), http.logs().await.items.len(), http.metrics().await.items.len());
    assert_eq!(of_http, (3, 1, 2));
    for encoding in [None, Some("identity"), Some("gzip"), Some("zstd")] {
        let server = Server::new();
        for (path, file) in files {
            let message = fixture(file);
            let body = match encoding {
                Some("gzip") => frame(true, &gzip(&message)),
                Some("zstd") => frame(true, &zstd::encode_all(message.as_slice(), 3).unwrap()),
                _ => frame(false, &message),
            };
            let reply = Call { encoding, body, ..call(path, &[]) }.send(&server).await;
            assert_eq!(
                (reply.status, reply.response),
                (0, Some(ExportServiceResponse::default())),
                "{encoding:?} {file}: {}",
                reply.message
            );
        }
        let stored = (server.spans().await.items.len(), server.logs().await.items.len(), server.metrics().await.items.len());
        assert_eq!(stored, of_http, "{encoding:?}");
    }
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let server = Server::new();
    for path in [TRACES, LOGS, METRICS] {
        assert_eq!(call(path, &[]).send(&server).await.status, 0, "{path}");
    }
}

#[tokio::test]
async fn bad_rows_are_a_partial_success() {
    let server = Server::new();
    // A request with one span that has nothing: no ids, no time.
    let span_without_ids = [0x0a, 0x04, 0x12, 0x02, 0x12, 0x00];
    let reply = call(TRACES, &span_without_ids).send(&server).await;
    let partial = reply.response.unwrap().partial_success.unwrap();
    assert_eq!((reply.status, partial.rejected), (0, 1));
    assert!(partial.error_message.contains("trace_id"), "{}", partial.error_message);
}

#[tokio::test]
async fn each_refusal_has_its_status() {
    let server = Server::with(|config| config.max_ingest_body_bytes = 100_000);
    let bomb = gzip(&vec![0; 200_000]);
    let cases = [
        ("malformed", call(TRACES, &[0xff; 40]), 3),
        ("no message", Call { body: Vec::new(), ..call(TRACES, &[]) }, 3),
        ("cut off", Call { body: frame(false, &[0; 50])[..30].to_vec(), ..call(TRACES, &[]) }, 3),
        ("two messages", Call { body: [frame(false, &[]), frame(false, &[])].concat(), ..call(TRACES, &[]) }, 3),
        ("impossible flag", Call { body: vec![7, 0, 0, 0, 0], ..call(TRACES, &[]) }, 3),
        ("too large as told", Call { body: vec![0, 0xff, 0xff, 0xff, 0xff], ..call(TRACES, &[]) }, 8),
        ("too large decompressed", Call { encoding: Some("gzip"), body: frame(true, &bomb), ..call(TRACES, &[]) }, 8),
        ("unknown compression", Call { encoding: Some("snappy"), ..call(TRACES, &[]) }, 12),
        ("unknown service", call("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", &[]), 12),
        ("unknown key", Call { key: "tt_nobody", ..call(TRACES, &[]) }, 16),
        ("key without the scope", Call { key: READ_KEY, ..call(TRACES, &[]) }, 7),
    ];
    for (what, call, status) in cases {
        let reply = call.send(&server).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.message);
        assert!(!reply.message.is_empty() && reply.details.is_none() && reply.response.is_none(), "{what}");
    }
    assert_eq!(server.spans().await.items, []);
}

#[tokio::test]
async fn back_pressure_says_when_to_come_back() {
    let server = Server::new();
    server.store.fail_next_commit(StoreError::Overloaded { reason: "too many segments".into(), retry_after_seconds: 7 });
    let message = fixture("010_otlp-grpc_POST_try_proto_collector_trace_v1_TraceService_Export.bin");
    let reply = call(TRACES, &message).send(&server).await;
    let details = reply.details.unwrap();
    assert_eq!((reply.status, details.code), (14, 14));
    let info = RpcRetryInfo::decode(details.details[0].value.as_slice()).unwrap();
    assert_eq!((info.retry_delay.unwrap().seconds, details.details[0].type_url.as_str()), (7, "type.googleapis.com/google.rpc.RetryInfo"));
    assert_eq!(call(TRACES, &message).send(&server).await.status, 0, "the resend is taken");
}

#[tokio::test]
async fn the_other_ports_speak_it_too_and_refuse_profiles() {
    let server = Server::new();
    let request = || Request::post(TRACES).header("content-type", "application/grpc").header("x-api-key", INGEST_KEY);
    for router in [server.router.clone(), server::otlp_router(server.state.clone())] {
        let response = router.clone().oneshot(request().body(Body::from(frame(false, &[]))).unwrap()).await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().trailers().unwrap()["grpc-status"], "0");
    }
    let Answer { status, headers, body } = server.post("/v1development/profiles", "application/json", "{}").await;
    assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (501, "application/json"));
    assert!(String::from_utf8_lossy(&body).contains("profiles are not stored"), "{body:?}");
}
