//! DeepEval's traces and annotations: at the addresses it shares with OTLP, in the envelope that its SDK understands.

use crate::harness::{Answer, INGEST_KEY, READ_KEY, Server, capture, fixture};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use model::{Timestamp, telemetry::ScoreTarget};
use serde_json::{Value, json};
use tower::ServiceExt;

const TRACE: &str = "105_deepeval-observe_POST_v1_traces.json";
const TRACE_ID: &str = "f365b5fca64d4d5f8a3d7f2fac72442b";

fn with_key(path: &str, key: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header("confident-api-key", key)
        .header("x-deepeval-version", "4.3.1")
        .header(header::HOST, "telltale.example:8001")
        .header(header::CONTENT_TYPE, "application/json")
}

pub(crate) async fn send(server: &Server, path: &str, body: impl Into<Body>) -> Answer {
    server.send(with_key(path, INGEST_KEY).body(body.into()).unwrap()).await
}

/// The body of an answer that is an error to the SDK.
pub(crate) fn refusal(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!((&body["success"], &body["data"]), (&json!(false), &Value::Null), "{body}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_trace_is_stored_and_the_answer_leads_to_its_page() {
    let server = Server::new();
    let answer = send(&server, "/v1/traces", capture(TRACE)).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let expected = json!({
        "success": true,
        "data": {"id": "f365b5fc-a64d-4d5f-8a3d-7f2fac72442b", "traceId": TRACE_ID},
        "link": format!("http://telltale.example:8001/traces/{TRACE_ID}?project={}", server.project),
    });
    assert_eq!(answer.json(), expected);
    let spans = server.spans().await.items;
    let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["agent", "bad", "get_weather", "llm", "retr"]);
    assert!(spans.iter().all(|span| span.session_id.as_deref() == Some("sess-1") && span.user_id.as_deref() == Some("user-1")));
    let call = spans.iter().find(|span| span.name == "llm").unwrap();
    assert_eq!((call.usage.total_tokens, call.cost.reported_usd.map(|amount| amount.to_string())), (Some(120), Some("0.00014".into())));
    // The same once more changes nothing.
    assert_eq!(send(&server, "/v1/traces", capture(TRACE)).await.json(), expected);
    assert_eq!(server.spans().await.items.len(), 5);
}

#[tokio::test]
async fn without_the_header_the_body_tells() {
    let server = Server::new();
    let answer = server.post("/v1/traces", "application/json", capture(TRACE)).await;
    assert_eq!((answer.status, &answer.json()["success"]), (StatusCode::OK, &json!(true)));
    assert_eq!(server.spans().await.items.len(), 5);
}

#[tokio::test]
async fn otlp_that_carries_the_key_stays_otlp() {
    let server = Server::new();
    let json = send(&server, "/v1/traces", fixture("007_otlp-http-json_POST_v1_traces.json")).await;
    assert_eq!((json.status, &json.body[..]), (StatusCode::OK, &b"{}"[..]));
    let of_json = server.spans().await.items.len();
    assert!(of_json > 0);
    let request =
        Request::post("/v1/traces").header("confident-api-key", INGEST_KEY).header(header::CONTENT_TYPE, "application/x-protobuf");
    let protobuf = server.send(request.body(fixture("027_official-openai-v2-latest_POST_v1_traces.bin").into()).unwrap()).await;
    assert_eq!((protobuf.status, &protobuf.body[..]), (StatusCode::OK, &b""[..]));
    assert!(server.spans().await.items.len() > of_json);
}

#[tokio::test]
async fn the_port_of_otlp_takes_traces_too_and_leads_to_the_dashboard() {
    let server = Server::with(|config| config.listen = ([127, 0, 0, 1], 8001).into());
    let request = Request::post("/v1/traces")
        .header("confident-api-key", INGEST_KEY)
        .header(header::HOST, "localhost:4318")
        .header(header::CONTENT_TYPE, "application/json");
    let response = server::otlp_router(server.state.clone()).oneshot(request.body(Body::from(capture(TRACE))).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["link"], format!("http://localhost:8001/traces/{TRACE_ID}?project={}", server.project));
}

#[tokio::test]
async fn whatever_is_refused_is_refused_in_the_envelope() {
    let server = Server::new();
    let unknown_key = server.send(with_key("/v1/traces", "nobody").body(capture(TRACE).into()).unwrap()).await;
    assert_eq!(unknown_key.status, StatusCode::UNAUTHORIZED);
    assert!(refusal(&unknown_key).contains("key"));
    let reader = server.send(with_key("/v1/traces", READ_KEY).body(capture(TRACE).into()).unwrap()).await;
    assert_eq!(reader.status, StatusCode::FORBIDDEN);
    assert!(refusal(&reader).contains("scope"));
    let no_json = send(&server, "/v1/traces", "{").await;
    assert_eq!(no_json.status, StatusCode::BAD_REQUEST);
    assert!(refusal(&no_json).contains("not JSON"));
    let no_id = send(&server, "/v1/traces", "{}").await;
    assert!(refusal(&no_id).starts_with("uuid: "));
    for path in ["/v1/evaluate", "/v1/evaluate/threads/t", "/v1/metrics", "/v1/governance/assess"] {
        let answer = send(&server, path, "{}").await;
        assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED, "{path}");
        assert!(refusal(&answer).contains("this server"), "{path}");
    }
    let elsewhere = send(&server, "/v1/traces/ingest", "{}").await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert!(server.spans().await.items.is_empty());
}

#[tokio::test]
async fn an_annotation_of_a_span_finds_its_trace() {
    let server = Server::new();
    // Only spans of the last months are looked through.
    let now = Timestamp::now().to_string();
    let recorded = String::from_utf8(capture(TRACE)).unwrap();
    send(&server, "/v1/traces", recorded.replace("2026-11-23T08:02:20", &now[.."2026-11-23T08:02:20".len()])).await;
    let agent = server.spans().await.items.into_iter().find(|span| span.name == "agent").unwrap();
    let about = json!({"spanUuid": "faaf89f5-fe3c-4f6b-83e3-e8b98c87804c", "rating": 1, "type": "THUMBS_RATING", "explanation": "good"});
    assert_eq!(send(&server, "/v1/annotations", about.to_string()).await.json()["success"], true);
    let scores = server.scores().await.items;
    assert_eq!((scores.len(), &scores[0].target), (1, &ScoreTarget::Span { trace_id: agent.trace_id, span_id: agent.span_id }));
    let unknown = send(&server, "/v1/annotations", json!({"spanUuid": "nobody's", "rating": 1}).to_string()).await;
    assert!(refusal(&unknown).starts_with("spanUuid: "));
}
