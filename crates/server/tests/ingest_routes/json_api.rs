//! `/api/v1/ingest/…`: what good requests do.

use crate::harness::{READ_KEY, Server, post};
use axum::http::{StatusCode, header};
use model::telemetry::{CostSource, Level, MetricType, Status};
use serde_json::{Value, json};

fn call(id: Option<&str>) -> Value {
    json!({
        "id": id, "provider": "openai", "model": "gpt-4o", "prompt": "What is the refund policy?", "response": "Thirty days.",
        "input_tokens": 1_000, "output_tokens": 500, "latency_ms": 840.5, "status": "success", "user_id": "ann",
    })
}

#[tokio::test]
async fn one_call_is_priced_stored_and_answered() {
    let server = Server::new();
    let answer = server.post_json("/api/v1/ingest/llm", &call(Some("req-1"))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    let body = answer.json();
    assert_eq!((&body["id"], &body["cost_source"]), (&json!("req-1"), &json!("computed")));
    // 1,000 x $2.50 and 500 x $10 a million tokens, digit by digit.
    assert!(String::from_utf8_lossy(&answer.body).contains("\"cost_usd\":0.0075,"), "{:?}", answer.body);
    let spans = server.spans().await.items;
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].trace_id.to_hex(), spans[0].span_id.to_hex()), (text(&body["trace_id"]), text(&body["span_id"])));
    assert_eq!((spans[0].status, spans[0].cost.source, spans[0].duration_ms), (Status::Ok, CostSource::Computed, Some(840.5)));
    assert_eq!(spans[0].output_preview.as_deref(), Some("Thirty days."));
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_repeated_id_stores_nothing_and_gets_the_first_answer() {
    let server = Server::new();
    let first = server.post_json("/api/v1/ingest/llm", &call(Some("req-1"))).await;
    let mut changed = call(Some("req-1"));
    changed["input_tokens"] = json!(9_999);
    let second = server.post_json("/api/v1/ingest/llm", &changed).await;
    assert_eq!((second.status, second.json()), (StatusCode::CREATED, first.json()));
    assert_eq!(server.spans().await.items.len(), 1);
    let other = server.post_json("/api/v1/ingest/llm", &call(Some("req-2"))).await;
    assert_ne!(other.json()["span_id"], first.json()["span_id"]);
}

#[tokio::test]
async fn calls_without_an_id_are_all_kept() {
    let server = Server::new();
    let first = server.post_json("/api/v1/ingest/llm", &call(None)).await.json();
    let second = server.post_json("/api/v1/ingest/llm", &call(None)).await.json();
    assert_ne!(first["span_id"], second["span_id"]);
    assert_eq!(first["id"], first["span_id"]);
    assert_eq!(server.spans().await.items.len(), 2);
}

#[tokio::test]
async fn an_unknown_model_has_an_unknown_cost() {
    let server = Server::new();
    let mut unknown = call(None);
    unknown["model"] = json!("nobody-knows-this-model");
    let answer = server.post_json("/api/v1/ingest/llm", &unknown).await.json();
    assert_eq!((&answer["cost_usd"], &answer["cost_source"]), (&Value::Null, &json!("unknown")));
    unknown["cost_usd"] = json!(0.25);
    let answer = server.post_json("/api/v1/ingest/llm", &unknown).await.json();
    assert_eq!((&answer["cost_usd"], &answer["cost_source"]), (&json!(0.25), &json!("reported")));
}

#[tokio::test]
async fn bulk_keeps_good_rows_and_names_bad_ones() {
    let server = Server::new();
    let mut negative = call(None);
    negative["input_tokens"] = json!(-5);
    let body = json!({"logs": [call(Some("a")), negative, {"provider": "openai"}, 7, call(Some("b")), call(Some("a"))]});
    let answer = server.post_json("/api/v1/ingest/llm/bulk", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["accepted"], 3, "a resend counts as accepted");
    let rejected: Vec<(u64, String)> =
        answer["rejected"].as_array().unwrap().iter().map(|row| (row["index"].as_u64().unwrap(), text(&row["field"]))).collect();
    assert_eq!(rejected, [(1, "input_tokens".to_owned()), (2, "model".to_owned()), (3, "body".to_owned())]);
    assert_eq!(server.spans().await.items.len(), 2);
}

#[tokio::test]
async fn bulk_reads_lines_and_bare_lists() {
    let server = Server::new();
    let lines = format!("{}\n\n{{\"broken\":\n{}\n", call(Some("a")), call(Some("b")));
    let answer = server.post("/api/v1/ingest/llm/bulk", "application/x-ndjson", lines).await.json();
    assert_eq!((&answer["accepted"], &answer["rejected"][0]["index"]), (&json!(2), &json!(1)));
    let answer = server.post_json("/api/v1/ingest/llm/bulk", &json!([call(Some("c"))])).await.json();
    assert_eq!(answer, json!({"accepted": 1, "rejected": []}));
    assert_eq!(server.spans().await.items.len(), 3);
}

#[tokio::test]
async fn logs_come_one_by_one_or_in_lists() {
    let server = Server::new();
    let one = json!({"level": "ERROR", "message": "payment failed", "service": "shop", "attributes": {"order": 7}});
    assert_eq!(server.post_json("/api/v1/ingest/app", &one).await.json(), json!({"accepted": 1, "rejected": []}));
    let list = json!([{"level": "INFO", "message": "paid"}, {"level": "LOUD", "message": "x"}, {"level": "INFO"}]);
    let answer = server.post_json("/api/v1/ingest/app", &list).await.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["field"], &answer["rejected"][1]["field"]),
        (&json!(1), &json!("level"), &json!("message"))
    );
    let logs = server.logs().await.items;
    assert_eq!(logs.len(), 2);
    let failed = logs.iter().find(|log| log.level == Level::Error).unwrap();
    assert_eq!((failed.message.as_str(), failed.attributes["order"].as_u64()), ("payment failed", Some(7)));
}

#[tokio::test]
async fn metric_points_come_one_by_one_or_in_lists() {
    let server = Server::new();
    let list = json!([
        {"name": "queue_depth", "value": 4.5, "unit": "jobs", "tags": {"queue": "mail"}},
        {"name": "orders", "value": 2, "type": "counter"},
        {"name": "latency", "value": "fast"},
        {"value": 1},
    ]);
    let answer = server.post_json("/api/v1/ingest/metrics", &list).await.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["field"], &answer["rejected"][1]["field"]),
        (&json!(2), &json!("value"), &json!("name"))
    );
    assert_eq!(server.post_json("/api/v1/ingest/metrics", &json!({"name": "one", "value": 1})).await.json()["accepted"], 1);
    let points = server.metrics().await.items;
    assert_eq!(points.len(), 3);
    assert!(points.iter().any(|point| point.name == "orders" && point.metric_type == MetricType::Counter));
}

#[tokio::test]
async fn an_empty_list_is_fine() {
    let server = Server::new();
    for (path, body) in [("llm/bulk", json!({"logs": []})), ("app", json!([])), ("metrics", json!([]))] {
        let answer = server.post_json(&format!("/api/v1/ingest/{path}"), &body).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"accepted": 0, "rejected": []})), "{path}");
    }
}

#[tokio::test]
async fn sending_needs_a_key_that_may_send() {
    let server = Server::new();
    for (key, expected) in [("tt_unknown", StatusCode::UNAUTHORIZED), (READ_KEY, StatusCode::FORBIDDEN)] {
        for path in [
            "/api/v1/ingest/llm",
            "/api/v1/ingest/llm/bulk",
            "/api/v1/ingest/app",
            "/api/v1/ingest/metrics",
            "/api/v1/scores",
            "/v1/traces",
            "/v1/logs",
            "/v1/metrics",
        ] {
            let mut request = post(path, "application/json").body(call(None).to_string().into()).unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
            assert_eq!(server.send(request).await.status, expected, "{path} with {key}");
        }
    }
    assert_eq!(server.spans().await.items, []);
}
