//! Every kind of bad input has its answer, stores nothing of itself, and stops nothing else.

use crate::harness::Server;
use axum::http::StatusCode;
use serde_json::{Value, json};

const LLM: &str = "/api/v1/ingest/llm";

fn call_with(field: &str, value: Value) -> Value {
    let mut call = json!({"provider": "openai", "model": "gpt-4o", "prompt": "q", "response": "a"});
    call[field] = value;
    call
}

/// A call with this field is refused, and the answer names the field.
async fn refused(server: &Server, field: &str, value: Value) {
    let answer = server.post_json(LLM, &call_with(field, value.clone())).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field} = {value}: {:?}", answer.body);
    assert_eq!(answer.blamed(), [field], "{value}");
    // The same row among good ones costs only itself.
    let bulk = json!({"logs": [call_with(field, value), call_with("id", json!("good"))]});
    let answer = server.post_json("/api/v1/ingest/llm/bulk", &bulk).await.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["index"], &answer["rejected"][0]["field"]),
        (&json!(1), &json!(0), &json!(field))
    );
}

#[tokio::test]
async fn malformed_json_is_named_and_never_echoed() {
    let server = Server::new();
    for body in ["", "{", "{\"provider\": \"openai\",}", "nul", "{\"a\":1}{\"b\":2}", "\u{feff}{}", "{'a':1}", "{\"secret-prompt\": }"] {
        let answer = server.post(LLM, "application/json", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret-prompt"), "{body}");
    }
    assert_eq!(server.spans().await.items, []);
}

#[tokio::test]
async fn malformed_protobuf_is_refused() {
    let server = Server::new();
    for body in [vec![0xff], vec![0x0a, 0x05, 0x01], b"{\"resourceSpans\":[]}".to_vec(), vec![0x0b; 200]] {
        for path in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
            let answer = server.post(path, "application/x-protobuf", body.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body:?}");
        }
    }
}

#[tokio::test]
async fn wrong_types_and_ranges_name_their_field() {
    let server = Server::new();
    for (field, value) in [
        ("provider", json!(7)),
        ("model", json!(["gpt-4o"])),
        ("input_tokens", json!(-1)),
        ("input_tokens", json!("many")),
        ("output_tokens", json!(1.5)),
        ("latency_ms", json!("fast")),
        ("latency_ms", json!(-3)),
        ("cost_usd", json!("free")),
        ("status", json!("maybe")),
        ("tags", json!("one, two")),
        ("metadata", json!([1])),
        ("user_id", json!({"id": 1})),
        ("timestamp", json!("yesterday")),
        ("timestamp", json!(true)),
    ] {
        refused(&server, field, value).await;
    }
}

#[tokio::test]
async fn impossible_times_are_refused_by_row() {
    let server = Server::new();
    for time in
        [json!("1970-01-01T00:00:10Z"), json!(10), json!("3000-01-01T00:00:00Z"), json!(32_503_680_000_i64), json!("1999-12-31T23:59:59Z")]
    {
        refused(&server, "timestamp", time).await;
    }
}

#[tokio::test]
async fn one_moment_in_any_unit_is_the_same_time() {
    let server = Server::new();
    let units = [
        json!(1_769_853_600),
        json!(1_769_853_600_000_i64),
        json!(1_769_853_600_000_000_i64),
        json!(1_769_853_600_000_000_000_i64),
        json!("2026-01-31T10:00:00Z"),
    ];
    for time in units {
        assert_eq!(server.post_json(LLM, &call_with("timestamp", time)).await.status, StatusCode::CREATED);
    }
    let spans = server.spans().await.items;
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|span| span.start_time.to_string() == "2026-01-31T10:00:00Z"));
}

#[tokio::test]
async fn invalid_utf8_is_refused() {
    let server = Server::new();
    let body = b"{\"provider\":\"openai\",\"model\":\"\xff\xfe\",\"prompt\":\"q\"}".to_vec();
    assert_eq!(server.post(LLM, "application/json", body).await.status, StatusCode::BAD_REQUEST);
    let lines = [&b"{\"level\":\"INFO\",\"message\":\"\xff\"}\n"[..], b"{\"level\":\"INFO\",\"message\":\"good\"}"].concat();
    let answer = server.post("/api/v1/ingest/app", "application/x-ndjson", lines).await.json();
    assert_eq!((&answer["accepted"], &answer["rejected"][0]["index"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_exporter_with_invalid_utf8_loses_only_the_bad_bytes() {
    let server = Server::new();
    let head = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1769853600000000000","body":{"stringValue":"caf"#;
    let body = [&head[..], b"\xe9", br#""}}]}]}]}"#].concat();
    assert_eq!(server.post("/v1/logs", "application/json", body).await.status, StatusCode::OK);
    assert_eq!(server.logs().await.items[0].message, "caf\u{fffd}");
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let server = Server::new();
    let deep = format!("{{\"provider\":\"openai\",\"model\":\"m\",\"metadata\":{}{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for path in [LLM, "/api/v1/ingest/llm/bulk", "/api/v1/ingest/app", "/v1/traces"] {
        let answer = server.post(path, "application/json", deep.clone()).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    assert_eq!(server.post(LLM, "application/json", "[".repeat(1_000_000)).await.status, StatusCode::BAD_REQUEST);
    // Nested messages in protobuf: AnyValue { array_value { values: AnyValue { … } } } in an attribute.
    let mut value = vec![0x0a, 0x01, b'x'];
    for _ in 0..20_000 {
        value = field(5, &field(1, &value));
    }
    let attribute = [field(1, b"deep"), field(2, &value)].concat();
    let body = field(1, &field(1, &field(1, &attribute)));
    let answer = server.post("/v1/traces", "application/x-protobuf", body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

/// A length-delimited protobuf field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(content);
    bytes
}

#[tokio::test]
async fn an_unknown_level_is_refused_by_row() {
    let server = Server::new();
    let list = json!([{"level": "LOUD", "message": "x"}, {"level": "INFO", "message": "kept"}]);
    let answer = server.post_json("/api/v1/ingest/app", &list).await.json();
    assert_eq!((&answer["accepted"], &answer["rejected"][0]["field"]), (&json!(1), &json!("level")));
}

#[tokio::test]
async fn wrong_content_types_and_encodings_are_refused() {
    let server = Server::new();
    let call = call_with("id", json!("x")).to_string();
    for path in [LLM, "/api/v1/ingest/llm/bulk", "/api/v1/ingest/app", "/api/v1/ingest/metrics", "/v1/traces", "/v1/logs", "/v1/metrics"] {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"] {
            let answer = server.post(path, content_type, call.clone()).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {content_type}");
        }
        for coding in ["br", "gzip, gzip", "zip"] {
            let request = crate::harness::post(path, "application/json").header("content-encoding", coding);
            let answer = server.send(request.body(call.clone().into()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {coding}");
        }
    }
    assert_eq!(server.spans().await.items, []);
}

#[tokio::test]
async fn lists_of_nothing_that_grow_in_memory_are_refused() {
    let server = Server::new();
    let zeros = format!("{{\"logs\":[{}0]}}", "0,".repeat(8_000_000));
    for path in ["/api/v1/ingest/llm/bulk", "/v1/traces"] {
        assert_eq!(server.post(path, "application/json", zeros.clone()).await.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    let empty_resources = [0x0a, 0].repeat(2_000_001);
    for path in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
        let answer = server.post(path, "application/x-protobuf", empty_resources.clone()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
