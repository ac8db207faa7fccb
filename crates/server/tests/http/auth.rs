//! Who may do what: keys, scopes, the admin's session.

use crate::support::{Server, with_headers};
use axum::{
    extract::ConnectInfo,
    http::{Method, header},
};
use model::ports::KeyScope;
use serde_json::json;
use server::auth::AdminSetup;
use std::net::SocketAddr;

const PASSWORD: &str = "correct horse battery";
/// What a browser adds to a request of our own page.
const OWN_PAGE: (&str, &str) = ("origin", "http://localhost:8001");

async fn admin_server() -> Server {
    let server = Server::exposed();
    assert_eq!(server.state.prepare_admin(Some(PASSWORD)).await.unwrap(), AdminSetup::Ready);
    server
}

/// `name=value` of the session cookie.
async fn signed_in(server: &Server) -> String {
    let answer = server.post_with("/api/v1/auth/login", json!({"password": PASSWORD}), &[OWN_PAGE]).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn scopes_decide_what_a_key_may_do() {
    let server = Server::exposed();
    let project = server.default_project().await;
    server.key(project, "tt_ingest", &[KeyScope::Ingest]).await;
    server.key(project, "tt_read", &[KeyScope::Read]).await;
    server.key(project, "tt_admin", &[KeyScope::Admin]).await;
    for (key, ingest, read, admin) in
        [("tt_ingest", 200, 403, 403), ("tt_read", 403, 200, 403), ("tt_admin", 200, 200, 200), ("tt_wrong", 401, 401, 401)]
    {
        let headers = [("authorization", key)];
        assert_eq!(server.post_with("/probe/ingest", json!({}), &headers).await.status, ingest, "{key} ingest");
        assert_eq!(server.get_with("/api/v1/spans", &headers).await.status, read, "{key} read");
        assert_eq!(server.get_with("/api/v1/status", &headers).await.status, admin, "{key} admin");
    }
}

#[tokio::test]
async fn every_way_to_send_a_key_works_on_every_route() {
    let server = Server::exposed();
    let project = server.default_project().await;
    server.key(project, "tt_k", &[KeyScope::Ingest, KeyScope::Read]).await;
    for header in [
        ("authorization", "Bearer tt_k"),
        ("authorization", "tt_k"),
        ("authorization", "Basic cGs6dHRfaw=="),
        ("x-api-key", "tt_k"),
        ("x-otlp-api-key", "tt_k"),
        ("confident-api-key", "tt_k"),
    ] {
        assert_eq!(server.get_with("/api/v1/traces", &[header]).await.status, 200, "{header:?}");
        assert_eq!(server.post_with("/probe/ingest", json!({}), &[header]).await.text(), project.to_string(), "{header:?}");
    }
}

#[tokio::test]
async fn beyond_loopback_nothing_is_open_but_operations() {
    let server = Server::exposed();
    for path in ["/api/v1/spans", "/api/v1/projects", "/api/v1/analytics/dashboard", "/api/v1/live", "/api/v1/status"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{path}");
    }
    for path in ["/health", "/openapi.json", "/api/v1/auth/me", "/"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_password_opens_a_session_and_logout_ends_it() {
    let server = admin_server().await;
    let cookie = signed_in(&server).await;
    let me = server.get_with("/api/v1/auth/me", &[("cookie", &cookie)]).await.json();
    assert_eq!((&me["mode"], &me["setup_required"], &me["project"]["name"]), (&json!("session"), &json!(false), &json!("default")));
    assert_eq!(server.get_with("/api/v1/status", &[("cookie", &cookie)]).await.status, 200);

    let mut logout = Server::request(Method::POST, "/api/v1/auth/logout");
    logout.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    let answer = server.send(with_headers(logout, &[OWN_PAGE])).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(server.get_with("/api/v1/status", &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_secure_behind_tls() {
    let server = admin_server().await;
    let plain = server.post("/api/v1/auth/login", json!({"password": PASSWORD})).await;
    let cookie = plain.header("set-cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    let behind_tls = server.post_with("/api/v1/auth/login", json!({"password": PASSWORD}), &[("x-forwarded-proto", "https")]).await;
    assert!(behind_tls.header("set-cookie").ends_with("; Secure"), "{}", behind_tls.header("set-cookie"));
}

#[tokio::test]
async fn a_session_cannot_be_used_by_other_pages() {
    let server = admin_server().await;
    let cookie = signed_in(&server).await;
    let create = |extra: &'static [(&'static str, &'static str)]| {
        let headers: Vec<_> =
            std::iter::once(("cookie", cookie.clone())).chain(extra.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect();
        let server = &server;
        async move {
            let headers: Vec<(&'static str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.post_with("/api/v1/projects", json!({"name": format!("p{}", headers.len())}), &headers).await.status
        }
    };
    assert_eq!(create(&[]).await, 403, "no sign of where it comes from");
    assert_eq!(create(&[("origin", "http://evil.example")]).await, 403);
    assert_eq!(create(&[("origin", "null")]).await, 403);
    assert_eq!(create(&[("origin", "http://localhost:9999")]).await, 403, "another port is another origin");
    assert_eq!(create(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(create(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(create(&[("origin", "http://localhost:8001"), ("content-type", "text/plain")]).await, 415);
    assert_eq!(create(&[("origin", "http://localhost:8001")]).await, 201);
    assert_eq!(create(&[("sec-fetch-site", "same-origin"), ("x-extra", "1")]).await, 201);
}

#[tokio::test]
async fn guessing_is_slowed_down_per_address() {
    let server = admin_server().await;
    for _ in 0..10 {
        assert_eq!(server.post("/api/v1/auth/login", json!({"password": "wrong"})).await.status, 401);
    }
    let refused = server.post("/api/v1/auth/login", json!({"password": PASSWORD})).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 1);

    let mut elsewhere = Server::request(Method::POST, "/api/v1/auth/login");
    elsewhere.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    elsewhere.extensions_mut().insert(ConnectInfo("10.1.1.1:5".parse::<SocketAddr>().unwrap()));
    *elsewhere.body_mut() = json!({"password": PASSWORD}).to_string().into();
    assert_eq!(server.send(elsewhere).await.status, 204);
}

#[tokio::test]
async fn the_token_of_the_log_sets_the_first_password_once() {
    let server = Server::exposed();
    let AdminSetup::TokenNeeded(token) = server.state.prepare_admin(None).await.unwrap() else { panic!("no token") };
    assert_eq!(server.get("/api/v1/auth/me").await.json()["setup_required"], true);

    let wrong = server.post("/api/v1/auth/setup", json!({"token": "x", "password": PASSWORD})).await;
    assert_eq!(wrong.status, 401);
    let missing = server.post("/api/v1/auth/setup", json!({"password": PASSWORD})).await;
    assert_eq!(missing.status, 401);
    let short = server.post("/api/v1/auth/setup", json!({"token": token, "password": "short"})).await;
    assert_eq!((short.status, short.field().as_str()), (400, "password"));

    let answer = server.post("/api/v1/auth/setup", json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").starts_with("telltale_session="));
    assert_eq!(server.get("/api/v1/auth/me").await.json()["setup_required"], false);
    let again = server.post("/api/v1/auth/setup", json!({"token": token, "password": "another long password"})).await;
    assert_eq!(again.status, 401, "the token is used up");
}

#[tokio::test]
async fn a_configured_password_leaves_sessions_alone_when_it_is_the_same() {
    let server = admin_server().await;
    let cookie = signed_in(&server).await;
    server.state.prepare_admin(Some(PASSWORD)).await.unwrap();
    assert_eq!(server.get_with("/api/v1/status", &[("cookie", &cookie)]).await.status, 200);
    server.state.prepare_admin(Some("a different password")).await.unwrap();
    assert_eq!(server.get_with("/api/v1/status", &[("cookie", &cookie)]).await.status, 401);
    assert!(server.state.prepare_admin(Some("short")).await.is_err());
}
