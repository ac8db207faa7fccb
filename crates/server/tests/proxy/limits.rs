//! Recording is bounded, and the call does not notice.

use crate::{
    bytes_pass::STREAM,
    canned::{Canned, CannedUpstream},
    harness::{Proxy, with_fake},
};
use axum::http::StatusCode;
use model::StoreError;
use serde_json::{Value, json};

const CHAT: &str = "/proxy/openai/v1/chat/completions";

#[tokio::test]
async fn without_room_calls_pass_and_are_recorded_in_part() {
    let upstream = CannedUpstream::start(Canned {
        status: StatusCode::OK,
        headers: vec![("content-type", "text/event-stream")],
        pieces: vec![STREAM.as_bytes().to_vec()],
        breaks: false,
    })
    .await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |config| config.proxy.max_recording_bytes = 1).await;
    // One permit for pieces under way is all there is: it is given back, and nothing more can be held.
    let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "x".repeat(100_000)}]});
    let answer = proxy.send(CHAT, &body).await;
    assert_eq!(answer.bytes().await.unwrap(), STREAM);
    assert_eq!(upstream.seen()[0].body.len(), body.to_string().len());
    let spans = proxy.spans().await;
    assert!(spans[0].quality.contains(&"recording_truncated".to_owned()), "{:?}", spans[0].quality);
    let metrics = proxy.metrics().await;
    assert!(metrics.contains("telltale_proxy_recorded_total{content=\"in_part\"} 1"), "{metrics}");
    assert!(metrics.contains("telltale_proxy_recording_bytes 0"), "all room is given back: {metrics}");
}

#[tokio::test]
async fn a_large_answer_keeps_its_counts() {
    let vector = vec![json!(0.123_456_789); 2_000_000];
    let answer =
        json!({"object": "list", "data": [{"embedding": vector}], "model": "e", "usage": {"prompt_tokens": 16, "total_tokens": 16}});
    let bytes = serde_json::to_vec(&answer).unwrap();
    assert!(bytes.len() > 16 << 20);
    let pieces = bytes.chunks(1 << 20).map(<[u8]>::to_vec).collect();
    let upstream = CannedUpstream::start(Canned {
        status: StatusCode::OK,
        headers: vec![("content-type", "application/json")],
        pieces,
        breaks: false,
    })
    .await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let passed = proxy.send("/proxy/openai/v1/embeddings", &json!({"model": "text-embedding-3-small", "input": "x"})).await;
    assert!(passed.bytes().await.unwrap() == bytes);
    let span = proxy.spans().await.pop().unwrap();
    assert_eq!((span.usage.input_tokens, span.request_model.as_deref()), (Some(16), Some("text-embedding-3-small")));
    assert!(span.quality.contains(&"recording_truncated".to_owned()));
}

#[tokio::test]
async fn a_store_that_fails_does_not_fail_the_call() {
    let (proxy, _fake) = with_fake().await;
    proxy.store.fail_next_commit(StoreError::Unavailable("the disk is full".into()));
    let answer = proxy.send(CHAT, &json!({"model": "gpt-4o-mini", "messages": []})).await;
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(answer["usage"]["total_tokens"], 120);
    // It is tried again.
    assert_eq!(proxy.spans().await.len(), 1);
}

#[tokio::test]
async fn what_is_no_json_is_noted() {
    let answer = Canned {
        status: StatusCode::OK,
        headers: vec![("content-type", "application/json")],
        pieces: vec![b"{\"cut".to_vec()],
        breaks: false,
    };
    let upstream = CannedUpstream::start(answer).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let request = proxy.client.post(proxy.url(CHAT)).header("content-type", "application/json").body("{\"not");
    let span = proxy.record_of(request).await;
    assert_eq!(span.name, "chat");
    assert!(
        ["request_not_read", "response_not_read"].iter().all(|note| span.quality.iter().any(|known| known == note)),
        "{:?}",
        span.quality
    );
}
