//! Local mode: open to the person at this machine, closed to what only looks like them.

use crate::support::{Server, with_headers};
use axum::{
    extract::ConnectInfo,
    http::{Method, header},
};
use model::ports::KeyScope;
use serde_json::json;
use std::net::SocketAddr;

#[tokio::test]
async fn the_dashboard_needs_no_login_and_ingest_no_key() {
    let server = Server::local();
    let default = server.default_project().await.to_string();
    assert_eq!(server.get("/api/v1/auth/me").await.json()["mode"], "local");
    assert_eq!(server.get("/api/v1/spans").await.status, 200);
    assert_eq!(server.post("/probe/ingest", json!({})).await.text(), default);
    let unknown = server.post_with("/probe/ingest", json!({}), &[("authorization", "Bearer sk-whatever")]).await;
    assert_eq!((unknown.status, unknown.text()), (200, default));
}

#[tokio::test]
async fn an_unknown_key_reads_nothing_and_a_known_one_counts() {
    let server = Server::local();
    assert_eq!(server.get_with("/api/v1/spans", &[("x-api-key", "nonsense")]).await.status, 401);
    let other = server.project("other").await;
    server.key(other, "tt_other", &[KeyScope::Ingest]).await;
    let known = server.post_with("/probe/ingest", json!({}), &[("x-api-key", "tt_other")]).await;
    assert_eq!(known.text(), other.to_string());
    assert_eq!(server.get_with("/api/v1/spans", &[("x-api-key", "tt_other")]).await.status, 403, "local mode does not widen a key");
}

#[tokio::test]
async fn rebound_names_foreign_pages_and_proxies_are_refused() {
    let server = Server::local();
    for attack in [
        ("host", "evil.example:8001"),
        ("host", "localhost.evil.example"),
        ("host", "192.168.1.5:8001"),
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:3000"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "public.example"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("via", "1.1 proxy"),
    ] {
        for path in ["/api/v1/spans", "/api/v1/projects", "/api/v1/live"] {
            assert_eq!(server.get_with(path, &[attack]).await.status, 403, "{attack:?} {path}");
        }
        assert_eq!(server.post_with("/probe/ingest", json!({}), &[attack]).await.status, 403, "{attack:?} ingest");
        let with_unknown_key = [attack, ("x-api-key", "sk-whatever")];
        assert_eq!(server.post_with("/probe/ingest", json!({}), &with_unknown_key).await.status, 403, "{attack:?} unknown key");
        assert_eq!(server.get_with("/api/v1/auth/me", &[attack]).await.json()["mode"], "none", "{attack:?}");
        let setup = server.post_with("/api/v1/auth/setup", json!({"password": "a long enough password"}), &[attack]).await;
        assert_eq!(setup.status, 403, "{attack:?} setup");
    }
}

#[tokio::test]
async fn peers_that_are_not_this_machine_are_refused() {
    let server = Server::local();
    for (peer, expected) in [("10.0.0.7:5", 403), ("[::ffff:127.0.0.1]:5", 200), ("[::1]:5", 200), ("127.9.9.9:5", 200)] {
        let mut request = Server::request(Method::GET, "/api/v1/spans");
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        assert_eq!(server.send(request).await.status, expected, "{peer}");
    }
    let mut unknown = Server::request(Method::GET, "/api/v1/spans");
    unknown.extensions_mut().remove::<ConnectInfo<SocketAddr>>();
    assert_eq!(server.send(unknown).await.status, 403);
}

#[tokio::test]
async fn a_request_without_a_host_or_with_two_is_refused() {
    let server = Server::local();
    let mut none = Server::request(Method::GET, "/api/v1/spans");
    none.headers_mut().remove(header::HOST);
    assert_eq!(server.send(none).await.status, 403);
    let mut two = Server::request(Method::GET, "/api/v1/spans");
    two.headers_mut().append(header::HOST, "evil.example".parse().unwrap());
    assert_eq!(server.send(two).await.status, 403);
}

#[tokio::test]
async fn bodies_that_any_page_may_post_are_refused() {
    let server = Server::local();
    for content_type in ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        for path in ["/api/v1/projects", "/probe/ingest", "/api/v1/sql", "/api/v1/auth/setup"] {
            let answer = server.post_with(path, json!({"name": "x"}), &[("content-type", content_type)]).await;
            assert_eq!(answer.status, 415, "{content_type} {path}");
        }
    }
    assert_eq!(server.get("/api/v1/projects").await.json()["items"].as_array().unwrap().len(), 1, "only the default project");
}

#[tokio::test]
async fn our_own_page_is_welcome_under_each_local_name() {
    let server = Server::local();
    for host in ["localhost:8001", "127.0.0.1:8001", "[::1]:8001"] {
        let origin = format!("http://{host}");
        let headers = [("host", host), ("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
        let request = with_headers(Server::request(Method::GET, "/api/v1/spans"), &headers);
        assert_eq!(server.send(request).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn an_account_ends_local_mode() {
    let server = Server::local();
    let setup = server.post("/api/v1/auth/setup", json!({"password": "a long enough password"})).await;
    assert_eq!(setup.status, 204);
    assert_eq!(server.get("/api/v1/spans").await.status, 401);
    assert_eq!(server.post("/probe/ingest", json!({})).await.status, 401);
    assert_eq!(server.post("/api/v1/auth/setup", json!({"password": "another long password"})).await.status, 401);
    let cookie = setup.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(server.get_with("/api/v1/spans", &[("cookie", &cookie)]).await.status, 200);
}
