//! What clients store beyond telemetry, through our own API.

mod datasets;
mod experiments;
mod media;
mod prompts;

use crate::support::{Answer, Server};
use axum::{
    body::Body,
    http::{Method, header},
};
use model::ports::KeyScope;
use serde_json::{Value, json};

pub(crate) async fn send(server: &Server, method: Method, path: &str, body: Value) -> Answer {
    let mut request = Server::request(method, path);
    request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    *request.body_mut() = Body::from(body.to_string());
    server.send(request).await
}

pub(crate) async fn delete(server: &Server, path: &str) -> u16 {
    server.send(Server::request(Method::DELETE, path)).await.status
}

#[tokio::test]
async fn each_route_needs_its_scope_and_sees_its_project_only() {
    let server = Server::exposed();
    let (mine, other) = (server.project("mine").await, server.project("other").await);
    let scopes = [("read", KeyScope::Read), ("ingest", KeyScope::Ingest), ("admin", KeyScope::Admin)];
    for (secret, scope) in scopes {
        server.key(mine, secret, &[scope]).await;
    }
    server.key(other, "other", &[KeyScope::Admin]).await;
    let post = async |path: &str, key: &str, body: Value| server.post_with(path, body, &[("x-api-key", key)]).await.status;
    let get = async |path: &str, key: &str| server.get_with(path, &[("x-api-key", key)]).await.status;
    let delete = async |path: &str, key: &'static str| {
        let request = crate::support::with_headers(Server::request(Method::DELETE, path), &[("x-api-key", key)]);
        server.send(request).await.status
    };
    let things = [
        ("/api/v1/prompts", "/api/v1/prompts/a", json!({"name": "a", "prompt": "x"})),
        ("/api/v1/datasets", "/api/v1/datasets/a", json!({"id": "a", "name": "a"})),
        ("/api/v1/experiments", "/api/v1/experiments/a", json!({"id": "a", "name": "a"})),
    ];
    for (list, one, new) in things {
        assert_eq!([post(list, "none", new.clone()).await, post(list, "read", new.clone()).await], [401, 403], "{list}");
        assert_eq!(post(list, "ingest", new).await, 201, "{list}");
        assert_eq!([get(one, "read").await, get(one, "ingest").await, get(one, "other").await], [200, 403, 404], "{list}");
        assert_eq!(server.get_with(list, &[("x-api-key", "other")]).await.json()["total"], 0, "{list}");
        assert_eq!([delete(one, "ingest").await, delete(one, "other").await, delete(one, "admin").await], [403, 404, 204], "{list}");
    }
}

#[tokio::test]
async fn bodies_are_json_and_wrong_fields_are_named() {
    let server = Server::local();
    let mut text = Server::request(Method::POST, "/api/v1/prompts");
    text.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    *text.body_mut() = Body::from(r#"{"name":"a","prompt":"x"}"#);
    assert_eq!(server.send(text).await.status, 415, "a form of a foreign page cannot write");
    let wrong = [
        ("/api/v1/prompts", json!({"name": "", "prompt": "x"}), "name"),
        ("/api/v1/prompts", json!({"name": "a", "prompt": 7}), "prompt"),
        ("/api/v1/prompts", json!({"name": "a", "type": "chat", "prompt": "x"}), "prompt"),
        ("/api/v1/prompts", json!({"name": "a", "type": "poem", "prompt": "x"}), "type"),
        ("/api/v1/prompts", json!({"name": "a", "prompt": "x", "label": "production"}), "label"),
        ("/api/v1/prompts", json!({"name": "a", "prompt": "x", "labels": ["fine", 7]}), "labels[1]"),
        ("/api/v1/datasets", json!({"name": "a\nb"}), "name"),
        ("/api/v1/experiments", json!({"name": "x".repeat(201)}), "name"),
    ];
    for (path, body, field) in wrong {
        let answer = server.post(path, body.clone()).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{body:.80}");
    }
    for path in ["/api/v1/prompts", "/api/v1/datasets", "/api/v1/experiments"] {
        assert_eq!(server.get(&format!("{path}?cursor=zz")).await.field(), "cursor", "{path}");
        assert_eq!(server.get(&format!("{path}?limit=0")).await.field(), "limit", "{path}");
        assert_eq!(server.get(path).await.json()["total"], 0, "{path}");
    }
}
