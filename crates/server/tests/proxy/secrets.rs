//! The provider's key passes, and is found nowhere afterwards.

use crate::{
    canned::{Canned, CannedUpstream},
    harness::Proxy,
};
use axum::http::StatusCode;
use serde_json::json;

const SECRET: &str = "sk-very-secret-123";

#[tokio::test]
async fn keys_pass_and_are_not_stored() {
    let answer = Canned {
        status: StatusCode::OK,
        headers: vec![("content-type", "application/json")],
        pieces: vec![br#"{"choices": []}"#.to_vec()],
        breaks: false,
    };
    let upstream = CannedUpstream::start(answer).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin), format!("gemini={}", upstream.origin)], |_| {}).await;
    let chat = proxy.url("/proxy/openai/v1/chat/completions");
    let body = json!({"model": "m", "messages": []});
    for name in ["authorization", "x-api-key", "x-goog-api-key", "api-key"] {
        let answer = proxy.client.post(&chat).header(name, SECRET).header("x-telltale-key", "tt_secret").json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{name}");
        let seen = upstream.seen().pop().unwrap();
        assert_eq!(seen.headers[name], SECRET, "{name} passes");
        assert!(seen.headers.keys().all(|name| !name.as_str().starts_with("x-telltale-")), "ours do not");
    }
    let with_query = proxy.url(&format!("/proxy/gemini/v1beta/models/g:generateContent?key={SECRET}"));
    proxy.client.post(&with_query).json(&json!({"contents": []})).send().await.unwrap();
    assert_eq!(upstream.seen().pop().unwrap().uri.query(), Some(format!("key={SECRET}").as_str()));

    let spans = proxy.spans().await;
    assert_eq!(spans.len(), 5);
    let stored = serde_json::to_string(&spans).unwrap();
    assert!(stored.contains("url.path") && !stored.contains(SECRET) && !stored.contains("tt_secret"));
    assert!(!proxy.metrics().await.contains(SECRET));
}
