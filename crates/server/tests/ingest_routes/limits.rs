//! Bounds: size, memory, bodies that do not end.

use crate::harness::{Server, post};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::json;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_prompt_of_fifty_megabytes_is_taken() {
    let server = Server::new();
    let body = json!({"provider": "openai", "model": "gpt-4o", "prompt": "word ".repeat(10 << 20), "response": "a"});
    let answer = server.post_json("/api/v1/ingest/llm", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    assert_eq!(server.spans().await.items.len(), 1);
    assert_eq!(server.state.ingest_gate.in_use(), 0, "everything is given back");
}

#[tokio::test]
async fn bodies_beyond_the_bound_are_refused_in_every_coding() {
    let server = Server::with(|config| config.max_ingest_body_bytes = 1 << 20);
    let spaces = vec![b' '; 8 << 20];
    let zstd = zstd::encode_all(spaces.as_slice(), 3).unwrap();
    for path in ["/api/v1/ingest/llm", "/api/v1/ingest/llm/bulk", "/v1/traces"] {
        for (coding, body) in [("identity", spaces.clone()), ("gzip", gzip(&spaces)), ("zstd", zstd.clone())] {
            let request = post(path, "application/json").header(header::CONTENT_ENCODING, coding);
            let answer = server.send(request.body(body.into()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path} {coding}");
        }
        // Without a length to go by.
        let pieces = spaces.chunks(10_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
        let chunked = Body::from_stream(futures::stream::iter(pieces));
        assert_eq!(server.post(path, "application/json", chunked).await.status, StatusCode::PAYLOAD_TOO_LARGE, "{path} chunked");
    }
    // Told by its length alone, without reading it.
    let endless = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = post("/v1/traces", "application/json").header(header::CONTENT_LENGTH, (2 << 20).to_string());
    assert_eq!(server.send(request.body(endless).unwrap()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.state.ingest_gate.in_use(), 0);
}

#[tokio::test]
async fn what_does_not_fit_in_memory_is_refused_with_a_retry() {
    let server = Server::with(|config| config.max_inflight_ingest_bytes = 200 << 10);
    let held = server.state.ingest_gate.enter(150 << 10).unwrap();
    for path in ["/api/v1/ingest/llm", "/v1/traces"] {
        let answer = server.post(path, "application/json", "{}").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.headers.contains_key(header::RETRY_AFTER), "{path}");
    }
    drop(held);
    assert_eq!(server.post("/v1/traces", "application/json", "{}").await.status, StatusCode::OK);
    assert_eq!(server.state.ingest_gate.in_use(), 0);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_refused_and_stores_nothing() {
    let server = Server::new();
    let whole = json!({"level": "INFO", "message": "half"}).to_string();
    for path in ["/api/v1/ingest/app", "/v1/logs"] {
        let pieces = [Ok(whole[..10].to_owned()), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
        let answer = server.post(path, "application/json", Body::from_stream(futures::stream::iter(pieces))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let cut = &gzip(whole.as_bytes())[..20];
    let request = post("/api/v1/ingest/app", "application/json").header(header::CONTENT_ENCODING, "gzip");
    assert_eq!(server.send(request.body(cut.to_vec().into()).unwrap()).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.logs().await.items, []);
}

#[tokio::test]
async fn a_client_that_stops_sending_is_let_go() {
    let server = Server::with(|config| config.request_timeout = std::time::Duration::from_millis(50));
    let start = futures::stream::iter([Ok::<_, std::io::Error>("{\"level\":")]);
    let stalled = Body::from_stream(futures::StreamExt::chain(start, futures::stream::pending()));
    let answer = server.post("/api/v1/ingest/app", "application/json", stalled).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(server.state.ingest_gate.in_use(), 0, "its place is given back");
}
