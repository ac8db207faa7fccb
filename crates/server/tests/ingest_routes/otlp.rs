//! OTLP over HTTP, with the recorded requests of real clients.

use crate::harness::{Server, fixture, post};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use model::StoreError;
use serde_json::{Value, json};

const PROTOBUF: &str = "application/x-protobuf";

/// Two spans: one good, one with a start of 1970.
fn two_spans() -> Value {
    let span = |span_id: &str, start: &str| {
        json!({
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": span_id, "name": "chat gpt-4o", "kind": 3,
            "startTimeUnixNano": start, "endTimeUnixNano": "1769853601000000000",
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
                {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
                {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "100"}},
                {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "20"}},
            ],
        })
    };
    let spans = [span("eee19b7ec3c1b174", "1769853600000000000"), span("eee19b7ec3c1b175", "1000000000")];
    json!({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "t"}, "spans": spans}]}]})
}

#[tokio::test]
async fn every_signal_in_every_encoding_is_stored_and_answered_in_kind() {
    for (content_type, files) in [
        (
            PROTOBUF,
            [
                "001_otlp-http-protobuf_POST_v1_traces.bin",
                "002_otlp-http-protobuf_POST_v1_logs.bin",
                "003_otlp-http-protobuf_POST_v1_metrics.bin",
            ],
        ),
        (
            "application/json",
            ["007_otlp-http-json_POST_v1_traces.json", "008_otlp-http-json_POST_v1_logs.json", "009_otlp-http-json_POST_v1_metrics.json"],
        ),
    ] {
        let server = Server::new();
        for (path, file) in ["/v1/traces", "/v1/logs", "/v1/metrics"].into_iter().zip(files) {
            let answer = server.post(path, content_type, fixture(file)).await;
            assert_eq!((answer.status, answer.content_type()), (StatusCode::OK, content_type), "{file}: {:?}", answer.body);
            assert_eq!(answer.body, if content_type == PROTOBUF { &b""[..] } else { b"{}" }, "{file}: all of it is taken");
        }
        let spans = server.spans().await.items;
        let call = spans.iter().find(|span| span.name == "chat gpt-4o").unwrap();
        assert_eq!((call.usage.total_tokens, call.cost.total_usd.is_some()), (Some(120), true));
        assert!(!server.logs().await.items.is_empty() && !server.metrics().await.items.is_empty());
    }
}

#[tokio::test]
async fn compressed_and_chunked_bodies_are_read() {
    let server = Server::new();
    let plain = fixture("001_otlp-http-protobuf_POST_v1_traces.bin");
    let gzip = fixture("004_otlp-http-protobuf-gzip_POST_v1_traces.bin");
    let zstd = zstd::encode_all(plain.as_slice(), 3).unwrap();
    for (coding, body) in [("gzip", gzip), ("zstd", zstd), ("identity", plain)] {
        let request = post("/v1/traces", PROTOBUF).header(header::CONTENT_ENCODING, coding);
        let pieces: Vec<_> = body.chunks(100).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        let answer = server.send(request.body(Body::from_stream(futures::stream::iter(pieces))).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{coding}: {:?}", answer.body);
    }
    assert!(!server.spans().await.items.is_empty());
}

#[tokio::test]
async fn a_resend_leaves_no_duplicate() {
    let server = Server::new();
    for _ in 0..3 {
        for (path, file) in [
            ("/v1/traces", "001_otlp-http-protobuf_POST_v1_traces.bin"),
            ("/v1/logs", "002_otlp-http-protobuf_POST_v1_logs.bin"),
            ("/v1/metrics", "003_otlp-http-protobuf_POST_v1_metrics.bin"),
        ] {
            assert_eq!(server.post(path, PROTOBUF, fixture(file)).await.status, StatusCode::OK);
        }
    }
    let once = Server::new();
    once.post("/v1/traces", PROTOBUF, fixture("001_otlp-http-protobuf_POST_v1_traces.bin")).await;
    once.post("/v1/logs", PROTOBUF, fixture("002_otlp-http-protobuf_POST_v1_logs.bin")).await;
    once.post("/v1/metrics", PROTOBUF, fixture("003_otlp-http-protobuf_POST_v1_metrics.bin")).await;
    assert_eq!(server.spans().await.items.len(), once.spans().await.items.len());
    assert_eq!(server.logs().await.items.len(), once.logs().await.items.len());
    assert_eq!(server.metrics().await.items.len(), once.metrics().await.items.len());
}

#[tokio::test]
async fn bad_rows_are_a_partial_success() {
    let server = Server::new();
    let answer = server.post_json("/v1/traces", &two_spans()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "1");
    assert!(partial["errorMessage"].as_str().unwrap().contains("before 2000"), "{partial}");
    assert_eq!(server.spans().await.items.len(), 1);
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let server = Server::new();
    for path in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
        assert_eq!(server.post(path, PROTOBUF, "").await.status, StatusCode::OK, "{path}");
        assert_eq!(server.post(path, "application/json", "{}").await.body, "{}", "{path}");
    }
}

#[tokio::test]
async fn errors_speak_the_language_of_the_request() {
    let server = Server::new();
    let answer = server.post("/v1/traces", "application/json", "{\"resourceSpans\": 7}").await;
    assert_eq!((answer.status, answer.content_type()), (StatusCode::BAD_REQUEST, "application/json"));
    assert!(answer.json()["message"].is_string(), "{:?}", answer.body);
    let answer = server.post("/v1/traces", PROTOBUF, vec![0xff; 40]).await;
    assert_eq!((answer.status, answer.content_type()), (StatusCode::BAD_REQUEST, PROTOBUF));
    assert!(answer.body.len() > 10, "a status with a message");
    let answer = server.post("/v1/traces", "text/plain", "{}").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn exporters_are_told_to_come_back() {
    let server = Server::new();
    let failures = [
        (StoreError::Overloaded { reason: "too many segments".into(), retry_after_seconds: 7 }, StatusCode::SERVICE_UNAVAILABLE, Some("7")),
        (StoreError::Unavailable("the disk is full".into()), StatusCode::SERVICE_UNAVAILABLE, Some("1")),
        (StoreError::Fenced, StatusCode::SERVICE_UNAVAILABLE, Some("1")),
        (StoreError::Internal("a bug".into()), StatusCode::INTERNAL_SERVER_ERROR, None),
    ];
    for (failure, status, retry_after) in failures {
        server.store.fail_next_commit(failure);
        let answer = server.post("/v1/traces", PROTOBUF, fixture("001_otlp-http-protobuf_POST_v1_traces.bin")).await;
        let told = answer.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap());
        assert_eq!((answer.status, told, answer.content_type()), (status, retry_after, PROTOBUF));
        assert!(!String::from_utf8_lossy(&answer.body).contains("a bug"), "causes are for the log");
    }
    assert_eq!(server.spans().await.items, []);
    assert_eq!(server.bus.published(), []);
}
