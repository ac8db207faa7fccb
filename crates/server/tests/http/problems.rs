//! Every error is a problem document that says which field and what was expected.

use crate::support::{Server, with_headers};
use axum::{body::Body, http::Method};
use serde_json::json;

#[tokio::test]
async fn an_unknown_address_answers_with_a_problem_and_the_request_id() {
    let server = Server::local();
    let answer = server.get_with("/api/v1/nothing", &[("x-request-id", "abc-1")]).await;
    assert_eq!((answer.status, answer.header("content-type"), answer.header("x-request-id")), (404, "application/problem+json", "abc-1"));
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "detail": "there is nothing at this address; /docs lists what there is",
      "errors": [],
      "request_id": "abc-1",
      "status": 404,
      "title": "Not Found",
      "type": "urn:telltale:problem:not-found"
    }
    "#);
}

#[tokio::test]
async fn wrong_methods_types_bodies_and_sizes_are_problems() {
    let server = Server::local();
    let wrong_method = server.send(Server::request(Method::DELETE, "/api/v1/spans")).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "GET,HEAD"));

    let raw = |content_type: &'static str, body: Vec<u8>| {
        let mut request = Server::request(Method::POST, "/api/v1/projects");
        *request.body_mut() = Body::from(body);
        server.send(with_headers(request, &[("content-type", content_type)]))
    };
    let xml = raw("application/xml", b"<a/>".to_vec()).await;
    let broken = raw("application/json", b"{\"name\": ".to_vec()).await;
    let wrong_type = raw("application/json", b"{\"name\": 7}".to_vec()).await;
    let missing = raw("application/json", b"{}".to_vec()).await;
    let not_utf8 = raw("application/json", b"{\"name\": \"\xff\"}".to_vec()).await;
    let large = raw("application/json", vec![b' '; 200_000]).await;
    let expected = [(415, ""), (400, "body"), (400, "body"), (400, "body"), (400, "body"), (413, "")];
    for (answer, (status, field)) in [&xml, &broken, &wrong_type, &missing, &not_utf8, &large].into_iter().zip(expected) {
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.json()["request_id"].as_str().unwrap().is_empty());
    }
    assert!(wrong_type.text().contains("expected a string"), "{}", wrong_type.text());
    assert!(missing.text().contains("missing field `name`"), "{}", missing.text());
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_named() {
    let server = Server::local();
    for (path, field) in [
        ("/api/v1/spans?from=soon", "from"),
        ("/api/v1/spans?to=later", "to"),
        ("/api/v1/spans?from=2026-02-01&to=2026-01-01", "from"),
        ("/api/v1/spans?limit=0", "limit"),
        ("/api/v1/spans?limit=1001", "limit"),
        ("/api/v1/spans?limit=ten", "limit"),
        ("/api/v1/spans?cursor=zz", "cursor"),
        ("/api/v1/spans?filter=colour:red", "filter"),
        ("/api/v1/spans?filter=(", "filter"),
        ("/api/v1/logs?filter=model:x", "filter"),
        ("/api/v1/spans?limit=1&limit=2", "query"),
        ("/api/v1/traces/0-0", "trace_id"),
        ("/api/v1/traces/00000000000000000000000000000000", "trace_id"),
        ("/api/v1/spans/a0a0a0a0a0a0a0a00000000000000001/0", "span_id"),
        ("/api/v1/analytics/requests/timeseries?interval=2d", "interval"),
        ("/api/v1/analytics/requests/timeseries?interval=1m&from=-30d", "interval"),
        ("/api/v1/analytics/requests/timeseries?from=1990-01-01", "from"),
        ("/api/v1/analytics/requests/timeseries?group_by=colour", "group_by"),
        ("/api/v1/analytics/requests/timeseries?limit=51", "limit"),
        ("/api/v1/analytics/errors?limit=501", "limit"),
        ("/api/v1/metrics/series", "name"),
        ("/api/v1/fields/cost/values", "field"),
        ("/api/v1/fields/model/values?kind=score", "kind"),
        ("/api/v1/live?kind=everything", "kind"),
        ("/api/v1/live?filter=/a/", "filter"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{path}: {}", answer.text());
    }
    assert_eq!(server.post("/api/v1/sql", json!({"query": "x".repeat(70_000)})).await.field(), "query");
    assert_eq!(server.post("/api/v1/sql", json!({"query": " "})).await.field(), "query");
    assert_eq!(server.post("/api/v1/sql", json!({"query": "SELECT 1", "max_rows": 0})).await.field(), "max_rows");
}

#[tokio::test]
async fn a_request_id_that_could_spoil_the_log_is_replaced() {
    let server = Server::local();
    for given in ["", "a b", "x;y", &"a".repeat(65)] {
        let answer = server.get_with("/health", &[("x-request-id", given)]).await;
        assert_eq!(answer.header("x-request-id").len(), 16, "{given:?}");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    struct Panicking;
    #[async_trait::async_trait]
    impl model::ports::HealthCheck for Panicking {
        fn name(&self) -> &'static str {
            "catalog"
        }
        async fn check(&self) -> model::ports::ComponentHealth {
            panic!("secret text of the panic")
        }
    }
    let server = Server::new("127.0.0.1:8001", vec![std::sync::Arc::new(Panicking)]);
    let answer = server.get("/health").await;
    assert_eq!((answer.status, answer.header("content-type")), (500, "application/problem+json"));
    assert!(!answer.text().contains("secret"));
    assert_eq!(server.get("/api/v1/spans").await.status, 200);
}

#[tokio::test]
async fn an_overloaded_or_broken_part_says_when_to_come_back() {
    use model::StoreError;
    let overloaded = server::http::Problem::from(StoreError::Overloaded { reason: "4096 segments".into(), retry_after_seconds: 7 });
    assert_eq!((overloaded.status.as_u16(), overloaded.retry_after), (503, Some(7)));
    let unavailable = server::http::Problem::from(StoreError::Unavailable("postgres://user:pass@host".into()));
    assert_eq!((unavailable.status.as_u16(), unavailable.retry_after), (503, Some(1)));
    assert!(!unavailable.detail.contains("pass"), "where the database is stays in the log");
}

#[tokio::test]
async fn too_many_streams_are_refused_not_queued() {
    let server = Server::with(|config| config.max_live_streams = 1);
    let open = |path: &'static str| tower::ServiceExt::oneshot(server.router.clone(), Server::request(Method::GET, path));
    let first = open("/api/v1/live").await.unwrap();
    let refused = server.get("/api/v1/live").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    drop(first);
    assert_eq!(open("/api/v1/live").await.unwrap().status(), 200, "a closed stream makes room");
}
