//! Projects and keys, and that one project never sees another.

use crate::support::Server;
use axum::http::Method;
use model::ports::KeyScope;
use serde_json::json;
use testkit::fixtures::{llm_span, span_id, trace_id};

const HOUR: &str = "from=2026-01-31T10:00:00Z&to=2026-01-31T11:00:00Z";

#[tokio::test]
async fn a_project_lives_from_post_to_delete() {
    let server = Server::local();
    let created = server.post("/api/v1/projects", json!({"name": " checkout "})).await;
    assert_eq!((created.status, &created.json()["name"]), (201, &json!("checkout")));
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(server.post("/api/v1/projects", json!({"name": "CHECKOUT"})).await.status, 409);
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert_eq!(server.post("/api/v1/projects", json!({"name": name})).await.field(), "name", "{name:?}");
    }
    assert_eq!(server.send(Server::request(Method::DELETE, &format!("/api/v1/projects/{id}"))).await.status, 204);
    assert_eq!(server.send(Server::request(Method::DELETE, &format!("/api/v1/projects/{id}"))).await.status, 404);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_works_until_its_key_is_deleted() {
    let server = Server::local();
    let project = server.project("a").await;
    let path = format!("/api/v1/projects/{project}/keys");
    let created = server.post(&path, json!({"name": "production"})).await;
    assert_eq!(created.status, 201);
    let (key, secret) = (created.json(), created.json()["secret"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("tt_") && secret.len() == 67 && secret.starts_with(key["prefix"].as_str().unwrap()), "{key}");
    assert_eq!(key["scopes"], json!(["ingest", "read"]));

    let listed = server.get(&path).await;
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1);
    assert!(!listed.text().contains(&secret));
    assert_eq!(server.post_with("/probe/ingest", json!({}), &[("x-api-key", &secret)]).await.text(), project.to_string());

    let delete = format!("{path}/{}", key["id"].as_str().unwrap());
    assert_eq!(server.send(Server::request(Method::DELETE, &delete)).await.status, 204);
    assert_eq!(server.get_with("/api/v1/spans", &[("x-api-key", &secret)]).await.status, 401);
    assert_eq!(server.post(&path, json!({"name": "none", "scopes": []})).await.field(), "scopes");
}

#[tokio::test]
async fn a_key_reads_its_own_project_whatever_it_asks_for() {
    let server = Server::exposed();
    let (mine, other) = (server.project("mine").await, server.project("other").await);
    server.key(mine, "tt_mine", &[KeyScope::Read]).await;
    server.store_spans(mine, [llm_span(1)]).await;
    server.store_spans(other, [llm_span(2)]).await;
    let (other_id, trace) = (other.to_string(), trace_id(2));
    let headers = [("x-api-key", "tt_mine"), ("x-telltale-project", other_id.as_str())];
    for path in [format!("/api/v1/spans?{HOUR}"), format!("/api/v1/traces?{HOUR}&project={other_id}")] {
        let items = server.get_with(&path, &headers).await.json()["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "{path}");
        assert_eq!(items[0]["trace_id"], json!(trace_id(1)), "{path}");
    }
    assert_eq!(server.get_with(&format!("/api/v1/traces/{trace}"), &headers).await.status, 404);
    assert_eq!(server.get_with(&format!("/api/v1/spans/{trace}/{}", span_id(2)), &headers).await.status, 404);
    assert_eq!(server.get_with(&format!("/api/v1/analytics/dashboard?{HOUR}"), &headers).await.json()["total_requests"], 1);
    let projects = server.get_with("/api/v1/projects", &headers).await.json();
    assert_eq!(projects["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn cached_answers_are_not_shared_between_projects_and_never_stale() {
    let server = Server::local();
    let (a, b) = (server.project("a").await, server.project("b").await);
    server.store_spans(a, [llm_span(1)]).await;
    let requests = async |project: &str| {
        let answer = server.get_with(&format!("/api/v1/analytics/dashboard?{HOUR}"), &[("x-telltale-project", project)]).await;
        answer.json()["total_requests"].as_u64().unwrap()
    };
    let (a_id, b_id) = (a.to_string(), b.to_string());
    assert_eq!((requests(&a_id).await, requests(&a_id).await, requests(&b_id).await), (1, 1, 0));
    server.store_spans(a, [llm_span(2)]).await;
    assert_eq!(requests(&a_id).await, 2);
}

#[tokio::test]
async fn an_admin_key_manages_its_own_project_only() {
    let server = Server::exposed();
    let (mine, other) = (server.project("mine").await, server.project("other").await);
    server.key(mine, "tt_admin", &[KeyScope::Admin]).await;
    let headers = [("x-api-key", "tt_admin")];
    assert_eq!(server.get_with(&format!("/api/v1/projects/{mine}/keys"), &headers).await.status, 200);
    assert_eq!(server.get_with(&format!("/api/v1/projects/{other}/keys"), &headers).await.status, 404);
    assert_eq!(server.post_with(&format!("/api/v1/projects/{other}/keys"), json!({"name": "x"}), &headers).await.status, 404);
    assert_eq!(server.post_with("/api/v1/projects", json!({"name": "third"}), &headers).await.status, 403);
}

#[tokio::test]
async fn the_operator_chooses_the_project() {
    let server = Server::local();
    let project = server.project("b").await.to_string();
    assert_eq!(server.post_with("/probe/ingest", json!({}), &[("x-telltale-project", &project)]).await.text(), project);
    assert_eq!(server.get(&format!("/api/v1/auth/me?project={project}")).await.json()["project"]["name"], "b");
    assert_eq!(server.get("/api/v1/spans?project=nonsense").await.field(), "project");
    assert_eq!(server.get(&format!("/api/v1/spans?project={}", "ab".repeat(16))).await.status, 404);
}
