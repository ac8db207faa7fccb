//! Who may call, and where calls may go.

use crate::{
    canned::{Canned, CannedUpstream},
    harness::{Proxy, with_fake},
};
use axum::http::StatusCode;
use model::ports::{Accounts, KeyScope, NewKey};
use serde_json::json;
use testkit::fake_llm::FakeLlm;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const CHAT: &str = "/proxy/openai/v1/chat/completions";

/// A proxy that needs keys, with one that may send and one that may only read.
async fn exposed() -> (Proxy, FakeLlm) {
    let fake = FakeLlm::start(0).await.unwrap();
    let proxy = Proxy::start(&[format!("openai={}", fake.origin())], |config| config.local_mode_allowed = false).await;
    let project = proxy.accounts.default_project().await.unwrap().id;
    for (secret, scope) in [("tt_send", KeyScope::Ingest), ("tt_read", KeyScope::Read)] {
        let hash = *blake3::hash(secret.as_bytes()).as_bytes();
        let key = NewKey { project, name: secret.to_owned(), scopes: vec![scope], prefix: secret.to_owned(), secret_hash: hash };
        proxy.accounts.create_key(key).await.unwrap();
    }
    (proxy, fake)
}

#[tokio::test]
async fn a_key_of_ours_is_needed_beside_the_providers() {
    let (proxy, _fake) = exposed().await;
    let body = json!({"model": "gpt-4o-mini", "messages": []});
    let status = async |path: &str, key: Option<&str>| {
        let request = proxy.post(path, &body);
        let request = if let Some(key) = key { request.header("x-telltale-key", key) } else { request };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(CHAT, None).await, 401);
    assert_eq!(status(CHAT, Some("wrong")).await, 401);
    assert_eq!(status(CHAT, Some("tt_read")).await, 403);
    assert_eq!(status(CHAT, Some("tt_send")).await, 200);
    assert_eq!(status("/proxy/k/tt_send/openai/v1/chat/completions", None).await, 200);
    assert_eq!(status("/proxy/k/wrong/openai/v1/chat/completions", None).await, 401);
    // Ours in the provider's place is no key of ours: it would be sent on.
    let misplaced = proxy.client.post(proxy.url(CHAT)).bearer_auth("tt_send").json(&body).send().await.unwrap();
    assert_eq!(misplaced.status().as_u16(), 401);
    assert!(misplaced.text().await.unwrap().contains("x-telltale-key"));
    assert_eq!(proxy.spans().await.len(), 2);
}

#[tokio::test]
async fn local_mode_needs_no_key_and_takes_nothing_from_pages() {
    let (proxy, _fake) = with_fake().await;
    let body = json!({"model": "gpt-4o-mini", "messages": []});
    assert_eq!(proxy.send(CHAT, &body).await.status().as_u16(), 200);
    let refused =
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("x-forwarded-for", "1.2.3.4"), ("host", "evil.example")];
    for (name, value) in refused {
        let answer = proxy.post(CHAT, &body).header(name, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{name}");
    }
    let form = proxy.client.post(proxy.url(CHAT)).header("content-type", "text/plain").body("{}").send().await.unwrap();
    assert_eq!(form.status().as_u16(), 415);
}

#[tokio::test]
async fn only_configured_upstreams_are_called() {
    let (proxy, _fake) = with_fake().await;
    let status = async |path: &str| proxy.send(path, &json!({})).await.status().as_u16();
    assert_eq!(status("/proxy/other/v1/chat/completions").await, 404);
    assert_eq!(status("/proxy/127.0.0.1/v1/chat/completions").await, 404);
    // Clients tidy such paths up before they send them.
    assert_eq!(raw(&proxy, "/proxy/openai/v1/%2e%2e/chat/completions").await, 400);
    assert_eq!(raw(&proxy, "/proxy/openai/../x").await, 400);
    // An absolute address in the request line names nothing but us.
    assert_eq!(raw(&proxy, "http://evil.example/proxy/http://evil.example/x").await, 404);
    assert_eq!(raw(&proxy, "http://evil.example/v1/chat/completions").await, 404);
}

#[tokio::test]
async fn redirects_are_passed_on_and_not_followed() {
    let target = CannedUpstream::start(Canned { status: StatusCode::OK, ..Canned::default() }).await;
    let location: &'static str = format!("{}/elsewhere", target.origin).leak();
    let answer = Canned { status: StatusCode::TEMPORARY_REDIRECT, headers: vec![("location", location)], ..Canned::default() };
    let upstream = CannedUpstream::start(answer).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let answer = proxy.send(CHAT, &json!({"model": "m", "messages": []})).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (307, location));
    assert!(target.seen().is_empty());
    assert_eq!(proxy.spans().await[0].error_type.as_deref(), Some("http_307"));
}

#[tokio::test]
async fn pages_of_providers_are_no_pages_of_ours() {
    let page = Canned {
        status: StatusCode::OK,
        headers: vec![("content-type", "text/html"), ("set-cookie", "telltale_session=x")],
        pieces: vec![b"<script>".to_vec()],
        breaks: false,
    };
    let upstream = CannedUpstream::start(page).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let answer = proxy.client.get(proxy.url("/proxy/openai/page")).send().await.unwrap();
    assert_eq!(answer.headers()["content-security-policy"], "default-src 'none'; sandbox");
    assert!(!answer.headers().contains_key("set-cookie"));
}

/// The status of a request whose target is sent as it is.
async fn raw(proxy: &Proxy, target: &str) -> u16 {
    let mut connection = TcpStream::connect(proxy.address).await.unwrap();
    let head = format!("POST {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
