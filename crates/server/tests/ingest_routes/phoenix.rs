//! Annotations of Phoenix' client: scores on what OTLP brought.

use crate::harness::{READ_KEY, Server, capture};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use model::{
    ports::TelemetryStore,
    telemetry::{Incoming, RowBatch, Span},
};
use serde_json::{Value, json};
use testkit::fixtures::{llm_span, span_id, trace_id};

async fn with(span: Span) -> Server {
    let server = Server::new();
    let batch = RowBatch { spans: vec![Incoming::new(span, None)], ..RowBatch::new(server.project) };
    server.store.commit(batch).await.unwrap();
    server
}

async fn get(server: &Server, path: &str) -> Value {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {READ_KEY}")).body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
    answer.json()
}

#[tokio::test]
async fn annotations_are_scores_and_a_second_one_takes_the_place_of_the_first() {
    let server = with(llm_span(1)).await;
    let annotation = |score: f64, identifier: &str| {
        json!({"data": [{"name": "quality", "annotator_kind": "LLM", "span_id": span_id(1).to_hex(), "identifier": identifier,
            "result": {"label": "good", "score": score, "explanation": "short"}, "metadata": {"judge": "gpt-4o"}}]})
    };
    let first = server.post_json("/v1/span_annotations?sync=true", &annotation(0.5, "")).await;
    let id = first.json()["data"][0]["id"].clone();
    let second = server.post_json("/v1/span_annotations", &annotation(0.9, "")).await;
    assert_eq!((second.status, &second.json()["data"][0]["id"]), (StatusCode::OK, &id));
    server.post_json("/v1/span_annotations", &annotation(0.1, "other")).await;

    let path = format!("/v1/projects/anything/span_annotations?span_ids={}&limit=1000", span_id(1));
    let listed = get(&server, &path).await;
    let found: Vec<&Value> = listed["data"].as_array().unwrap().iter().collect();
    assert_eq!((found.len(), &listed["next_cursor"]), (2, &Value::Null));
    let one = found.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(one["result"], json!({"label": "good", "score": 0.9, "explanation": "short"}));
    assert_eq!((&one["annotator_kind"], &one["metadata"], &one["identifier"]), (&json!("LLM"), &json!({"judge": "gpt-4o"}), &json!("")));
    assert_eq!(get(&server, &format!("{path}&exclude_annotation_names=quality")).await["data"], json!([]));
    assert_eq!(get(&server, &format!("{path}&include_annotation_names=other")).await["data"], json!([]));
}

#[tokio::test]
async fn traces_sessions_documents_and_notes() {
    let server = with(llm_span(1)).await;
    let trace = json!({"data": [{"name": "q", "annotator_kind": "CODE", "trace_id": trace_id(1).to_hex(), "result": {"score": 1}}]});
    assert_eq!(server.post_json("/v1/trace_annotations", &trace).await.status, StatusCode::OK);
    let session = json!({"data": [{"name": "csat", "session_id": "talk", "result": {"label": "happy"}}]});
    assert_eq!(server.post_json("/v1/session_annotations", &session).await.status, StatusCode::OK);
    let document = |position: u32| json!({"data": [{"name": "relevance", "annotator_kind": "LLM", "span_id": span_id(1).to_hex(), "document_position": position, "result": {"score": 0}}]});
    for position in [0, 1] {
        assert_eq!(server.post_json("/v1/document_annotations", &document(position)).await.status, StatusCode::OK);
    }
    let note = json!({"data": {"span_id": span_id(1).to_hex(), "note": "look at this"}});
    assert!(server.post_json("/v1/span_notes", &note).await.json()["data"]["id"].is_string());

    let path = format!("/v1/projects/any/span_annotations?span_ids={}", span_id(1));
    assert_eq!(get(&server, &path).await["data"], json!([]), "notes and judgements of documents are no annotations of the span");
    let scores = server.scores().await.items;
    let mut found: Vec<(&str, &str)> = scores.iter().map(|score| (score.name.as_str(), score.kind.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("comment", "comment"), ("csat", "score"), ("q", "score"), ("relevance", "score"), ("relevance", "score")]);
}

#[tokio::test]
async fn what_cannot_be_is_named_and_nothing_of_the_request_is_stored() {
    let server = with(llm_span(1)).await;
    let known = json!({"name": "a", "span_id": span_id(1).to_hex(), "result": {"score": 1}});
    for (other, status, named) in [
        (json!({"name": "a", "span_id": span_id(2).to_hex(), "result": {"score": 1}}), StatusCode::NOT_FOUND, span_id(2).to_hex()),
        (json!({"name": "a", "span_id": "x", "result": {"score": 1}}), StatusCode::BAD_REQUEST, "data[1].span_id".to_owned()),
        (json!({"name": "a", "span_id": span_id(1).to_hex()}), StatusCode::BAD_REQUEST, "data[1].result".to_owned()),
        (
            json!({"name": "a", "span_id": span_id(1).to_hex(), "result": {"score": "high"}}),
            StatusCode::BAD_REQUEST,
            "data[1].result.score".to_owned(),
        ),
        (
            json!({"name": "a", "annotator_kind": "CAT", "span_id": span_id(1).to_hex(), "result": {"score": 1}}),
            StatusCode::BAD_REQUEST,
            "data[1].annotator_kind".to_owned(),
        ),
    ] {
        let answer = server.post_json("/v1/span_annotations", &json!({"data": [known, other]})).await;
        assert_eq!(answer.status, status);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains(&named), "{named}: {text}");
    }
    assert!(server.scores().await.items.is_empty());
}

#[tokio::test]
async fn what_the_client_sent_is_read() {
    let mut span = llm_span(1);
    (span.trace_id, span.span_id) = ("027c500d321e12e20f376f9cae2d18e8".parse().unwrap(), "263f64c7b5d5e637".parse().unwrap());
    let server = with(span).await;
    for (path, name) in [
        ("/v1/span_annotations", "119_phoenix-client_POST_v1_span_annotations.json"),
        ("/v1/trace_annotations", "120_phoenix-client_POST_v1_trace_annotations.json"),
    ] {
        let answer = server.post(path, "application/json", capture(name)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {:?}", answer.body);
    }
    assert_eq!(server.scores().await.items.len(), 2);
}
