//! Health, metrics, documentation and the dashboard's files.

use crate::support::{Component, Server};
use model::ports::{ComponentStatus, HealthCheck, KeyScope};
use std::sync::Arc;

fn with_components(components: Vec<Component>) -> Server {
    Server::new("127.0.0.1:8001", components.into_iter().map(|component| Arc::new(component) as Arc<dyn HealthCheck>).collect())
}

#[tokio::test]
async fn health_is_as_bad_as_the_worst_that_matters() {
    use ComponentStatus::{Degraded, Down, Up};
    for (catalog, redis, status, word) in
        [(Up, Up, 200, "up"), (Up, Down, 200, "degraded"), (Degraded, Up, 200, "degraded"), (Down, Up, 503, "down")]
    {
        let server = with_components(vec![Component("catalog", catalog), Component("optional redis", redis)]);
        let answer = server.get("/health").await;
        assert_eq!((answer.status, answer.json()["status"].as_str().unwrap()), (status, word), "{catalog:?} {redis:?}");
        assert_eq!(answer.json()["components"]["catalog"]["required"], true);
    }
}

#[tokio::test]
async fn health_tells_strangers_nothing_about_the_services_behind_it() {
    struct Talkative;
    #[async_trait::async_trait]
    impl HealthCheck for Talkative {
        fn name(&self) -> &'static str {
            "redis"
        }
        async fn check(&self) -> model::ports::ComponentHealth {
            let message = Some("redis.internal:6379 does not answer".to_owned());
            model::ports::ComponentHealth { status: ComponentStatus::Degraded, latency_ms: 0.1, required: false, message }
        }
    }
    let told = async |listen: &str, headers: &[(&'static str, &str)]| {
        let server = Server::new(listen, vec![Arc::new(Talkative)]);
        let project = server.project("mine").await;
        server.key(project, "tt_read", &[KeyScope::Read]).await;
        server.key(project, "tt_admin", &[KeyScope::Admin]).await;
        let answer = server.get_with("/health", headers).await;
        assert_eq!((answer.status, answer.json()["status"].as_str()), (200, Some("degraded")));
        answer.text().contains("redis.internal")
    };
    assert!(!told("0.0.0.0:8001", &[]).await);
    assert!(!told("0.0.0.0:8001", &[("x-api-key", "tt_read")]).await);
    assert!(told("0.0.0.0:8001", &[("x-api-key", "tt_admin")]).await);
    assert!(told("127.0.0.1:8001", &[]).await, "in local mode the person at this machine is the admin");
    assert!(!told("127.0.0.1:8001", &[("x-forwarded-for", "203.0.113.7")]).await);
}

#[tokio::test]
async fn the_other_port_answers_health_but_no_api() {
    use axum::http::Method;
    use tower::ServiceExt;
    let router = server::otlp_router(Server::local().state);
    for (path, expected) in [("/health", 200), ("/api/v1/spans", 404), ("/", 404)] {
        let response = router.clone().oneshot(Server::request(Method::GET, path)).await.unwrap();
        assert_eq!(response.status(), crate::support::status(expected), "{path}");
    }
}

#[tokio::test]
async fn prometheus_text_counts_requests_by_route_not_by_path() {
    let server = Server::local();
    server.get("/api/v1/traces/a0a0a0a0a0a0a0a00000000000000001").await;
    server.get("/somewhere/secret").await;
    let text = server.get("/metrics").await.text();
    assert!(
        text.contains(r#"telltale_http_request_duration_seconds_count{method="GET",route="/api/v1/traces/{trace_id}",status="404"} 1"#),
        "{text}"
    );
    assert!(!text.contains("secret"));
    assert!(text.contains("telltale_store_commit_seq 0"));
    for line in [
        "telltale_job_rows_total{job=\"compaction\"} 1000",
        "telltale_job_running{job=\"compaction\"} 0",
        "telltale_debt_pending_erasures 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
    }
}

#[tokio::test]
async fn the_system_page_has_store_and_jobs() {
    let status = Server::local().get("/api/v1/status").await.json();
    assert_eq!(
        (&status["local_mode"], &status["jobs"][0]["name"], &status["store"]["spans"]),
        (&true.into(), &"compaction".into(), &0.into())
    );
    assert_eq!((&status["jobs"][0]["rows"], &status["debt"]["pending_erasures"]), (&1_000.into(), &2.into()));
}

#[tokio::test]
async fn documentation_comes_from_this_server_alone() {
    let server = Server::local();
    let page = server.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("https://") && !page.text().contains("//cdn"), "{}", page.text());
    assert!(server.get("/docs/swagger-initializer.js").await.text().contains("/openapi.json"));
}

#[tokio::test]
async fn views_of_the_dashboard_get_its_page_and_missing_files_do_not() {
    let server = Server::local();
    for path in ["/", "/traces", "/traces/abc", "/settings/keys"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, &answer.header("content-type")[..9]), (200, "text/html"), "{path}");
        assert!(answer.text().contains("Telltale"));
    }
    assert_eq!(server.get("/assets/missing.js").await.status, 404);
    assert_eq!(server.get("/v1/nothing").await.status, 404);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::local();
    for path in ["/", "/health", "/api/v1/nothing", "/api/v1/spans", "/docs/"] {
        let answer = server.get(path).await;
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn large_answers_are_compressed_and_streams_are_not() {
    let server = Server::local();
    let accept = [("accept-encoding", "gzip")];
    assert_eq!(server.get_with("/openapi.json", &accept).await.header("content-encoding"), "gzip");
    server.state.shutdown.cancel();
    assert_eq!(server.get_with("/api/v1/live", &accept).await.header("content-encoding"), "");
}
