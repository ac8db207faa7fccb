//! Rows that the project's retention would delete at once are not taken.

use crate::harness::{Server, post};
use axum::http::{StatusCode, header};
use model::{Timestamp, retention::RetentionPolicy, time::NANOS_PER_DAY};
use serde_json::{Value, json};

fn server() -> Server {
    let policy = RetentionPolicy { span_days: Some(30), log_days: Some(2), payload_days: Some(1), ..RetentionPolicy::default() };
    Server::with_retention(policy, |_| {})
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now().saturating_add_nanos(-days * NANOS_PER_DAY)
}

fn call(days: i64) -> Value {
    json!({"provider": "openai", "model": "gpt-4o", "prompt": "q", "response": "a", "timestamp": days_ago(days).to_string()})
}

#[tokio::test]
async fn rows_beyond_it_are_named_with_the_rule_and_the_others_are_kept() {
    let server = server();
    let answer = server.post_json("/api/v1/ingest/llm/bulk", &json!([call(1), call(40), call(29)])).await.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["index"], &answer["rejected"][0]["field"]),
        (&2.into(), &1.into(), &"timestamp".into())
    );
    assert!(answer["rejected"][0]["error"].as_str().unwrap().contains("retention"), "{answer}");
    assert_eq!(server.spans().await.items.len(), 2, "texts that are over are no reason to refuse a call");

    let refused = server.post_json("/api/v1/ingest/llm", &call(40)).await;
    assert_eq!((refused.status, refused.blamed()), (StatusCode::BAD_REQUEST, vec!["timestamp".to_owned()]));
}

#[tokio::test]
async fn each_kind_of_row_has_its_own() {
    let server = server();
    let log = json!({"level": "INFO", "message": "m", "timestamp": days_ago(5).to_string()});
    let point = json!({"name": "queue", "value": 1, "timestamp": days_ago(5_000).to_string()});
    let logs = server.post_json("/api/v1/ingest/app", &log).await.json();
    let metrics = server.post_json("/api/v1/ingest/metrics", &point).await.json();
    assert_eq!((&logs["accepted"], &metrics["accepted"]), (&0.into(), &1.into()), "{logs} {metrics}");
}

#[tokio::test]
async fn otlp_tells_it_as_a_partial_success() {
    let server = server();
    let span = |number: u64, days| {
        let start = days_ago(days).as_nanos();
        let (trace, id) = (format!("{number:032x}"), format!("{number:016x}"));
        json!({"traceId": trace, "spanId": id, "name": "chat", "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + 1).to_string()})
    };
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span(1, 1), span(2, 31)]}]}]});
    let request = post("/v1/traces", "application/json").header(header::ACCEPT, "application/json");
    let answer = server.send(request.body(body.to_string().into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"].as_str().map_or_else(|| partial["rejectedSpans"].as_u64(), |text| text.parse().ok()), Some(1));
    assert!(partial["errorMessage"].as_str().unwrap().contains("retention"), "{partial}");
    assert_eq!(server.spans().await.items.len(), 1);
}
