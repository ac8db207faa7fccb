//! Langfuse's ways in: events in any order and again, OTLP at its own address, scores.

use crate::harness::Server;
use axum::http::StatusCode;
use model::{
    Timestamp,
    ports::TelemetryStore,
    telemetry::{ScoreTarget, Span, SpanKind, Status},
};
use protocol::langfuse;
use serde_json::{Value, json};

const TRACE: &str = "b44e25bc-dddc-4937-9cd8-ec0f3355ca8b";
const INGESTION: &str = "/api/public/ingestion";
const OTEL: &str = "/api/public/otel/v1/traces";

/// An event with its id, all of which happen in the same second.
fn event(id: &str, kind: &str, millis: u32, body: Value) -> Value {
    json!({"id": id, "type": kind, "timestamp": time(millis), "body": body})
}

fn time(millis: u32) -> String {
    format!("2026-01-31T10:00:00.{millis:03}Z")
}

fn at(millis: u32) -> Timestamp {
    time(millis).parse().unwrap()
}

fn trace_events() -> Vec<Value> {
    vec![
        event("e1", "trace-create", 0, json!({"id": TRACE, "timestamp": time(0), "name": "agent", "input": {"q": 1}})),
        event(
            "e2",
            "generation-create",
            10,
            json!({"id": "gen", "traceId": TRACE, "name": "call", "startTime": time(10), "model": "gpt-4o-mini",
            "input": [{"role": "user", "content": "hi"}]}),
        ),
        event(
            "e3",
            "generation-update",
            60,
            json!({"id": "gen", "traceId": TRACE, "endTime": time(50), "completionStartTime": time(20),
            "model": "gpt-4o-mini-2024-07-18", "output": "Hello.", "usageDetails": {"input": 36, "input_cached_tokens": 64, "output": 20}}),
        ),
        event(
            "e4",
            "trace-create",
            70,
            json!({"id": TRACE, "timestamp": time(70), "sessionId": "s", "userId": "u", "tags": ["t"], "output": "done"}),
        ),
    ]
}

fn batch(events: &[Value]) -> Value {
    json!({"batch": events, "metadata": {"sdk_name": "python", "sdk_version": "2.60.10", "public_key": "pk"}})
}

async fn span(server: &Server, observation: &str) -> Span {
    let ids = (langfuse::trace_id(TRACE), langfuse::observation_id(observation));
    server.store.span(server.project, ids.0, ids.1).await.unwrap().unwrap()
}

/// What must be known of the trace, however its events came.
async fn check_trace(server: &Server) {
    assert_eq!(server.spans().await.items.len(), 2);
    let call = span(server, "gen").await;
    assert_eq!((call.name.as_str(), call.kind, call.running), ("call", SpanKind::Llm, false));
    assert_eq!((call.start_time, call.duration_ms, call.time_to_first_token_ms), (at(10), Some(40.0), Some(10.0)));
    assert_eq!((call.request_model.as_deref(), call.response_model.as_deref()), (Some("gpt-4o-mini"), Some("gpt-4o-mini-2024-07-18")));
    assert_eq!((call.usage.input_tokens, call.usage.buckets.cache_read, call.usage.output_tokens), (Some(100), Some(64), Some(20)));
    assert!(call.cost.total_usd.is_some() && call.quality.is_empty(), "{:?} {:?}", call.cost, call.quality);
    assert_eq!((call.session_id.as_deref(), call.user_id.as_deref(), call.tags), (Some("s"), Some("u"), vec!["t".to_owned()]));
    let root = langfuse::trace_span_id(TRACE);
    assert_eq!(call.parent_span_id, Some(root));
    let trace = server.store.span(server.project, langfuse::trace_id(TRACE), root).await.unwrap().unwrap();
    assert_eq!((trace.name.as_str(), trace.start_time, trace.native_id.as_deref()), ("agent", at(0), Some(TRACE)));
    assert_eq!((trace.session_id.as_deref(), trace.payload.input.is_some(), trace.payload.output.is_some()), (Some("s"), true, true));
}

#[tokio::test]
async fn a_batch_of_events_is_a_trace_and_a_resend_changes_nothing() {
    let server = Server::new();
    for _ in 0..2 {
        let answer = server.post_json(INGESTION, &batch(&trace_events())).await;
        assert_eq!(answer.status, StatusCode::MULTI_STATUS);
        let ids: Vec<Value> = answer.json()["successes"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect();
        assert_eq!((ids, answer.json()["errors"].as_array().unwrap().len()), (vec![json!("e1"), json!("e2"), json!("e3"), json!("e4")], 0));
        check_trace(&server).await;
    }
}

#[tokio::test]
async fn events_may_come_one_by_one_and_updates_before_what_they_update() {
    for order in [[0, 1, 2, 3], [2, 1, 0, 3], [0, 2, 1, 3]] {
        let server = Server::new();
        for place in order {
            server.post_json(INGESTION, &batch(&trace_events()[place..=place])).await;
        }
        let call = span(&server, "gen").await;
        assert_eq!((call.start_time, call.duration_ms, call.running), (at(10), Some(40.0), false), "{order:?}");
        assert_eq!(call.session_id.as_deref(), Some("s"), "{order:?}");
    }
}

#[tokio::test]
async fn bad_events_are_named_and_good_ones_kept() {
    let server = Server::new();
    let mut events = trace_events();
    events.insert(1, event("bad", "generation-create", 5, json!({"id": "x", "traceId": TRACE, "startTime": "1999-01-01T00:00:00Z"})));
    events.push(event("odd", "no-such-type", 5, json!({})));
    events.push(event("late", "span-update", 5, json!({"traceId": TRACE})));
    let answer = server.post_json(INGESTION, &batch(&events)).await;
    let errors: Vec<Value> = answer.json()["errors"].as_array().unwrap().iter().map(|error| error["id"].clone()).collect();
    assert_eq!(errors, [json!("bad"), json!("odd"), json!("late")]);
    check_trace(&server).await;
}

#[tokio::test]
async fn errors_have_the_form_that_the_sdks_show() {
    let server = Server::new();
    let answer = server.post_json(INGESTION, &json!({"events": []})).await;
    assert_eq!((answer.status, answer.json()["error"].clone()), (StatusCode::BAD_REQUEST, json!("Bad Request")));
    assert!(answer.json()["message"].as_str().unwrap().contains("batch"));
    let unknown = server.post_json("/api/public/annotation-queues", &json!({})).await;
    assert_eq!((unknown.status, unknown.json()["error"].clone()), (StatusCode::NOT_FOUND, json!("Not Found")));
}

fn otlp_span(id: &str, parent: &str, attributes: Value) -> Value {
    let attributes: Vec<Value> =
        attributes.as_object().unwrap().iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    let span = json!({
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": id, "parentSpanId": parent, "name": id, "attributes": attributes,
        "startTimeUnixNano": "1769853600000000000", "endTimeUnixNano": "1769853601000000000",
    });
    json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "langfuse-sdk", "version": "3.15.0"}, "spans": [span]}]}]})
}

#[tokio::test]
async fn what_the_last_span_of_a_trace_says_reaches_those_before_it() {
    let server = Server::new();
    let (call, root) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
    let usage = r#"{"input": 36, "output": 20, "input_cached_tokens": 64}"#;
    let generation = json!({"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o-mini",
        "langfuse.observation.output": "Hello.", "langfuse.observation.usage_details": usage});
    assert_eq!(server.post_json(OTEL, &otlp_span(call, root, generation)).await.status, StatusCode::OK);
    let last = json!({"langfuse.observation.type": "span", "session.id": "s", "user.id": "u", "langfuse.trace.tags": "[\"t\"]"});
    server.post_json(OTEL, &otlp_span(root, "", last)).await;
    let spans = server.spans().await.items;
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!(
            (span.session_id.as_deref(), span.user_id.as_deref(), span.tags.as_slice()),
            (Some("s"), Some("u"), &["t".to_owned()][..])
        );
    }
    let call = spans.iter().find(|span| span.name == call).unwrap();
    assert_eq!((call.kind, call.usage.input_tokens, call.billed), (SpanKind::Llm, Some(100), true));
    assert!(call.cost.total_usd.is_some());
    // The rest of a trace that comes later.
    let late = otlp_span(
        "cccccccccccccccc",
        root,
        json!({"langfuse.observation.type": "tool", "langfuse.observation.level": "ERROR",
        "langfuse.observation.status_message": "boom"}),
    );
    server.post_json(OTEL, &late).await;
    let spans = server.spans().await.items;
    let tool = spans.iter().find(|span| span.kind == SpanKind::Tool).unwrap();
    assert_eq!((tool.session_id.as_deref(), tool.status, tool.error_message.as_deref()), (Some("s"), Status::Error, Some("boom")));
}

#[tokio::test]
async fn scores_come_alone_in_lists_and_as_events_and_go_again() {
    let server = Server::new();
    let score = json!({"id": "one", "traceId": TRACE, "name": "quality", "value": 0.9, "comment": "good"});
    assert_eq!(server.post_json("/api/public/scores", &score).await.json(), json!({"id": "one"}));
    let list = json!([
        {"id": "two", "traceId": TRACE, "observationId": "gen", "name": "tone", "value": "kind", "dataType": "CATEGORICAL"},
        {"id": "three", "sessionId": "s", "name": "done", "value": 1, "dataType": "BOOLEAN", "metadata": {"k": "v"}},
    ]);
    let answer = server.post_json("/api/public/scores", &list).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::ACCEPTED, json!({"message": "Accepted"})));
    let partly =
        server.post_json("/api/public/scores", &json!([{"id": "four", "traceId": TRACE, "name": "n", "value": 1}, {"name": "n"}])).await;
    assert_eq!(
        (partly.status, partly.json()["accepted"].clone(), partly.json()["rejected"].clone()),
        (StatusCode::MULTI_STATUS, json!(1), json!(1))
    );
    server
        .post_json(INGESTION, &batch(&[event("e", "score-create", 0, json!({"id": "five", "traceId": TRACE, "name": "n", "value": 2}))]))
        .await;
    let scores = server.scores().await.items;
    let of = |id: &str| scores.iter().find(|score| score.score_id == id).unwrap();
    assert_eq!(scores.len(), 5);
    let span_id = langfuse::observation_id("gen");
    assert_eq!(of("two").target, ScoreTarget::Span { trace_id: langfuse::trace_id(TRACE), span_id });
    assert_eq!((of("two").value, of("two").label.as_deref()), (None, Some("kind")));
    assert_eq!((of("three").value, of("three").label.as_deref(), of("three").target.session_id()), (Some(1.0), Some("True"), Some("s")));
    assert_eq!((of("one").value, of("one").comment.as_deref()), (Some(0.9), Some("good")));

    let gone = server.delete("/api/public/scores/one").await;
    assert_eq!((gone.status, server.scores().await.items.len()), (StatusCode::ACCEPTED, 4));
    assert_eq!(server.delete("/api/public/scores/none").await.status, StatusCode::NOT_FOUND);
}
