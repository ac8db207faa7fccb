//! Opik's routes: recorded requests read back, reports and scores in any order, experiments, and what is refused.

use crate::harness::{Answer, INGEST_KEY, READ_KEY, Server, capture};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use model::library::{DatasetRef, PageRequest, ResultFilter};
use model::ports::{Datasets, Experiments};
use serde_json::{Value, json};

const TRACE: &str = "01a2076c-e7f4-7038-8fc4-96cd85f309d5";
const SPAN: &str = "01a2076c-e7f5-797c-af37-34045c089e6d";

async fn call(server: &Server, key: &str, method: Method, path: &str, body: impl Into<Body>) -> Answer {
    let body = body.into();
    // The SDK's own form of a key: no scheme before it.
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, key);
    server.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()).await
}

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> Answer {
    call(server, INGEST_KEY, method, &format!("/opik/api/v1/private/{path}"), body.to_string()).await
}

/// What the SDK sends as it is: most bodies are gzip.
async fn send_capture(server: &Server, method: Method, path: &str, name: &str) {
    let body = capture(name);
    let is_gzip = body.starts_with(&[0x1f, 0x8b]);
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, INGEST_KEY);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let request = if is_gzip { request.header(header::CONTENT_ENCODING, "gzip") } else { request };
    let answer = server.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{name}: {:?}", answer.body);
}

async fn read(server: &Server, path: &str) -> Value {
    let answer = call(server, READ_KEY, Method::GET, &format!("/api/v1/private/{path}"), Body::empty()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
    answer.json()
}

async fn search(server: &Server, path: &str, question: Value) -> Vec<Value> {
    let answer = call(server, READ_KEY, Method::POST, &format!("/api/v1/private/{path}"), question.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
    std::str::from_utf8(&answer.body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report(updated: &str, end: Option<&str>, tags: &[&str]) -> Value {
    json!({"traces": [{"id": TRACE, "name": "agent", "start_time": "2026-11-23T10:00:00Z", "end_time": end, "tags": tags,
        "last_updated_at": updated, "project_name": "p", "thread_id": "t"}]})
}

#[tokio::test]
async fn recorded_requests_are_read_back() {
    let server = Server::new();
    let base = "/opik/api/v1/private";
    for (method, path, name) in [
        (Method::PATCH, format!("{base}/spans/{SPAN}"), "100_opik-py_PATCH_ivate_spans_01a2076c_e7f5_797c_af37_34045c089e6d.json"),
        (Method::PATCH, format!("{base}/traces/{TRACE}"), "101_opik-py_PATCH_vate_traces_01a2076c_e7f4_7038_8fc4_96cd85f309d5.json"),
        (Method::POST, format!("{base}/traces/batch"), "102_opik-py_POST_api_v1_private_traces_batch.json"),
        (Method::POST, format!("{base}/spans/batch"), "103_opik-py_POST_api_v1_private_spans_batch.bin"),
        (Method::PUT, format!("{base}/traces/feedback-scores"), "104_opik-py_PUT_api_v1_private_traces_feedback_scores.json"),
    ] {
        send_capture(&server, method, &path, name).await;
    }
    let trace = read(&server, &format!("traces/{TRACE}")).await;
    assert_eq!((&trace["id"], trace["feedback_scores"].as_array().map(Vec::len)), (&json!(TRACE), Some(1)));
    let span = read(&server, &format!("spans/{SPAN}")).await;
    assert_eq!((&span["id"], &span["trace_id"]), (&json!(SPAN), &json!(TRACE)));
    let project = read(&server, &format!("projects/{}", trace["project_id"].as_str().unwrap())).await;
    let found = search(&server, "traces/search", json!({"project_name": project["name"], "limit": 5})).await;
    assert_eq!(found, [trace], "a search finds what is read by id");
    let spans = search(&server, "spans/search", json!({"trace_id": TRACE, "limit": 1})).await;
    assert_eq!(search(&server, "spans/search", json!({"trace_id": TRACE, "last_retrieved_id": spans[0]["id"]})).await, [] as [Value; 0]);
}

#[tokio::test]
async fn the_later_report_is_right_whatever_came_last() {
    let early = report("2026-11-23T10:00:00.1Z", None, &["a"]);
    let late = report("2026-11-23T10:00:02Z", Some("2026-11-23T10:00:01Z"), &["a", "b"]);
    for order in [[&early, &late], [&late, &early]] {
        let server = Server::new();
        for body in order {
            assert_eq!(send(&server, Method::POST, "traces/batch", body).await.status, StatusCode::NO_CONTENT);
        }
        let trace = read(&server, &format!("traces/{TRACE}")).await;
        assert_eq!((&trace["tags"], &trace["duration"]), (&json!(["a", "b"]), &json!(1000.0)));
    }
}

#[tokio::test]
async fn a_score_of_a_span_finds_it_whichever_came_first() {
    let scores = json!({"scores": [{"id": SPAN, "name": "good", "value": 0.5, "source": "sdk"}]});
    let spans = json!({"spans": [{"id": SPAN, "trace_id": TRACE, "name": "s", "start_time": "2026-11-23T10:00:00Z", "project_name": "p"}]});
    for score_first in [true, false] {
        let server = Server::new();
        let requests = [(Method::PUT, "spans/feedback-scores", &scores), (Method::POST, "spans/batch", &spans)];
        let order = if score_first { [0, 1] } else { [1, 0] };
        for (method, path, body) in order.map(|place| requests[place].clone()) {
            assert_eq!(send(&server, method, path, body).await.status, StatusCode::NO_CONTENT);
        }
        let span = read(&server, &format!("spans/{SPAN}")).await;
        assert_eq!(span["feedback_scores"][0]["value"], 0.5, "score first: {score_first}");
        let named = json!({"name": "good"});
        let deleted = send(&server, Method::POST, &format!("spans/{SPAN}/feedback-scores/delete"), &named).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        assert_eq!(read(&server, &format!("spans/{SPAN}")).await["feedback_scores"], json!([]));
    }
}

#[tokio::test]
async fn a_result_is_whole_in_whatever_order_its_parts_come() {
    let link = json!({"experiment_items": [{"id": "r1", "experiment_id": "e1", "dataset_item_id": "i1", "trace_id": TRACE}]});
    let trace = json!({"traces": [{"id": TRACE, "start_time": "2026-11-23T10:00:00Z", "end_time": "2026-11-23T10:00:01Z", "output": {"output": "PARIS"}}]});
    let scores = json!({"scores": [{"id": TRACE, "name": "equal", "value": 1.0}]});
    let parts = [
        (Method::POST, "experiments/items", &link),
        (Method::POST, "traces/batch", &trace),
        (Method::PUT, "traces/feedback-scores", &scores),
    ];
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let server = Server::new();
        let items = json!({"dataset_name": "capitals", "items": [{"id": "i1", "source": "sdk", "data": {"question": "paris", "expected_output": "PARIS"}}]});
        assert_eq!(send(&server, Method::PUT, "datasets/items", &items).await.status, StatusCode::NO_CONTENT);
        let experiment = json!({"id": "e1", "name": "shout", "dataset_name": "capitals", "metadata": {"model": "m"}});
        assert_eq!(send(&server, Method::POST, "experiments", &experiment).await.status, StatusCode::CREATED);
        assert_eq!(send(&server, Method::POST, "experiments", &experiment).await.status, StatusCode::CONFLICT);
        for (method, path, body) in order.map(|place| parts[place].clone()) {
            let answer = send(&server, method, path, body).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}: {:?}", answer.body);
        }
        let dataset = server.library.dataset(server.project, &DatasetRef::Name("capitals".to_owned())).await.unwrap().unwrap();
        let path = format!("datasets/{}/items/experiments/items?experiment_ids=%5B%22e1%22%5D&page=1&size=10", dataset.id);
        let row = read(&server, &path).await["content"][0].clone();
        assert_eq!((&row["data"]["question"], &row["experiment_items"][0]["output"]), (&json!("paris"), &json!({"output": "PARIS"})));
        assert_eq!(row["experiment_items"][0]["feedback_scores"][0]["name"], "equal");
        let stored = server.library.list_results(server.project, "e1", &ResultFilter::default(), PageRequest::first(5)).await.unwrap();
        let result = &stored.items[0];
        assert_eq!(
            (&result.output, &result.expected_output, result.duration_ms),
            (&json!({"output": "PARIS"}), &json!("PARIS"), Some(1000.0))
        );
        assert_eq!((result.verdicts.len(), result.verdicts[0].value), (1, Some(1.0)), "{order:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let server = Server::new();
    let traces = json!({"traces": [{"id": TRACE, "start_time": "2026-11-23T10:00:00Z"}, {"name": "no id"}]});
    let answer = send(&server, Method::POST, "traces/batch", &traces).await;
    assert_eq!((answer.status, answer.blamed()), (StatusCode::BAD_REQUEST, vec!["traces.1.id".to_owned()]));
    assert_eq!(read(&server, &format!("traces/{TRACE}")).await["id"], TRACE, "the others are stored");
    for (method, path, body, status) in [
        (
            Method::POST,
            "traces/search",
            json!({"filters": [{"field": "input", "operator": "contains", "value": "x"}]}),
            StatusCode::BAD_REQUEST,
        ),
        (Method::POST, "guardrails", json!({}), StatusCode::NOT_FOUND),
        (Method::GET, "projects", json!(null), StatusCode::NOT_IMPLEMENTED),
        (Method::GET, "datasets/x/versions", json!(null), StatusCode::FORBIDDEN),
        (Method::GET, "datasets/x", json!(null), StatusCode::NOT_FOUND),
    ] {
        let answer = call(&server, READ_KEY, method, &format!("/api/v1/private/{path}"), body.to_string()).await;
        assert_eq!((answer.status, answer.content_type()), (status, "application/problem+json"), "{path}");
    }
}

#[tokio::test]
async fn keys_are_asked_for_their_scopes() {
    let server = Server::new();
    for (key, method, path) in [
        (READ_KEY, Method::POST, "traces/batch"),
        (INGEST_KEY, Method::POST, "traces/search"),
        (INGEST_KEY, Method::POST, "traces/delete"),
        (INGEST_KEY, Method::GET, "nothing/here"),
    ] {
        let answer = call(&server, key, method, &format!("/api/v1/private/{path}"), "{}").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let ping = call(&server, "", Method::GET, "/opik/api/is-alive/ping", Body::empty()).await;
    assert_eq!(ping.status, StatusCode::OK);
}

#[tokio::test]
async fn printed_addresses_lead_to_our_pages() {
    let server = Server::new();
    for (path, page) in [
        (format!("/opik/api/v1/session/redirect/projects/?trace_id={TRACE}&path=x"), format!("/traces/{}", TRACE.replace('-', ""))),
        ("/opik/default/experiments/d1/compare?experiments=%5B%22e1%22%5D".to_owned(), "/experiments/e1".to_owned()),
        ("/opik/default/projects/p1/datasets/d1/items".to_owned(), "/datasets/d1".to_owned()),
    ] {
        let answer = call(&server, "", Method::GET, &path, Body::empty()).await;
        let location = answer.headers.get(header::LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
        assert!(answer.status.is_redirection() && location.ends_with(&page), "{path}: {location}");
    }
}
