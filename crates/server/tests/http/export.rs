//! Whole tables as files, over HTTP.

use crate::support::Server;
use axum::http::{Method, Version};
use testkit::fixtures::llm_span;

async fn filled() -> Server {
    let server = Server::local();
    let project = server.default_project().await;
    server.store_spans(project, (1..=5).map(llm_span)).await;
    server
}

#[tokio::test]
async fn everything_there_is_in_each_text_format_with_its_headers() {
    let server = filled().await;
    let answer = server.get("/api/v1/export").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"telltale-spans-"), "{:?}", answer.headers);
    assert!(answer.header("content-disposition").ends_with(".jsonl\""));
    assert_eq!(answer.text().lines().count(), 5, "no range means all of time");
    assert!(answer.text().contains("question number 5"), "with payloads");

    let csv = server.get("/api/v1/export?kind=spans&format=csv&filter=span:b0b0b0b000000002").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    let text = csv.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("trace_id,span_id,parent_span_id"), "{text}");
    let narrow = server.get("/api/v1/export?from=2026-01-31T10:00:02Z&to=2026-01-31T10:00:04Z").await;
    assert_eq!(narrow.text().lines().count(), 2);
    assert_eq!(server.get("/api/v1/export?kind=logs").await.text(), "");
}

#[tokio::test]
async fn wrong_parameters_are_named_before_anything_is_sent() {
    let server = filled().await;
    for (query, field) in [
        ("kind=traces", "kind"),
        ("format=xml", "format"),
        ("format=parquet", "format"),
        ("from=soon", "from"),
        ("from=2026-01-02&to=2026-01-01", "from"),
        ("filter=(a", "filter"),
    ] {
        let answer = server.get(&format!("/api/v1/export?{query}")).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{query}");
    }
}

#[tokio::test]
async fn old_http_is_refused_for_it_could_not_show_that_a_file_is_short() {
    let server = filled().await;
    let mut request = Server::request(Method::GET, "/api/v1/export");
    *request.version_mut() = Version::HTTP_10;
    assert_eq!(server.send(request).await.status, 400);
}

#[tokio::test]
async fn a_server_that_stops_cuts_the_answer_off() {
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let server = filled().await;
    server.state.shutdown.cancel();
    let response = server.router.clone().oneshot(Server::request(Method::GET, "/api/v1/export")).await.unwrap();
    // Either all of it was there already, or the end is an error.
    let answer = response.into_body().collect().await;
    assert!(answer.is_err() || answer.unwrap().to_bytes().iter().filter(|byte| **byte == b'\n').count() == 5);
}
