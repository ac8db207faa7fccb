//! Calls that fail, break off or are given up.

use crate::{
    bytes_pass::STREAM,
    canned::{Canned, CannedUpstream},
    harness::{PATIENCE, Proxy, with_fake},
};
use axum::http::StatusCode;
use model::telemetry::{Part, Span, Status};
use serde_json::{Value, json};

const CHAT: &str = "/proxy/openai/v1/chat/completions";
const MESSAGES: &str = "/proxy/anthropic/v1/messages";
const EVENTS: (&str, &str) = ("content-type", "text/event-stream");

fn said(span: &Span) -> String {
    let parts = span.payload.output.iter().flatten().flat_map(|message| &message.parts);
    parts.filter_map(|part| if let Part::Text { text } = part { Some(text.as_str()) } else { None }).collect()
}

#[tokio::test]
async fn refusals_of_every_provider() {
    let (proxy, _fake) = with_fake().await;
    for (path, body, status, kind) in [
        (CHAT, json!({"model": "gpt-err429", "messages": []}), 429, "rate_limit_error"),
        (CHAT, json!({"model": "gpt-err400", "stream": true, "messages": []}), 400, "invalid_request_error"),
        ("/proxy/openai/v1/responses", json!({"model": "gpt-err500", "input": "x"}), 500, "server_error"),
        (MESSAGES, json!({"model": "claude-err404", "messages": []}), 404, "not_found_error"),
        ("/proxy/gemini/v1beta/models/g-err429:streamGenerateContent", json!({"contents": []}), 429, "RESOURCE_EXHAUSTED"),
    ] {
        let answer = proxy.send(path, &body).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let told: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert!(told["error"]["message"].is_string(), "the provider's own words pass: {told}");
        let spans = proxy.spans().await;
        let span = spans.iter().find(|span| span.error_type.as_deref() == Some(kind)).unwrap_or_else(|| panic!("{path}: {spans:?}"));
        assert_eq!((span.status, span.error_message.as_deref()), (Status::Error, told["error"]["message"].as_str()));
        assert_eq!(span.payload.attributes["http.response.status_code"], status);
    }
}

#[tokio::test]
async fn failures_inside_a_stream() {
    let (proxy, _fake) = with_fake().await;
    for (path, body, kind) in [
        (CHAT, json!({"model": "gpt-errstream", "stream": true, "messages": []}), "server_error"),
        ("/proxy/openai/v1/responses", json!({"model": "gpt-errstream", "stream": true, "input": "x"}), "server_error"),
        (MESSAGES, json!({"model": "claude-errstream", "stream": true, "messages": []}), "overloaded_error"),
        ("/proxy/gemini/v1beta/models/g-errstream:streamGenerateContent?alt=sse", json!({"contents": []}), "UNAVAILABLE"),
        ("/proxy/gemini/v1beta/models/g-errstream:streamGenerateContent", json!({"contents": []}), "UNAVAILABLE"),
    ] {
        let span = proxy.record(path, &body).await;
        assert_eq!((span.status, span.error_type.as_deref()), (Status::Error, Some(kind)), "{path}");
        assert_eq!((span.error_message.as_deref(), said(&span).as_str()), (Some("the stream broke off"), "Hello, the "), "{path}");
    }
}

#[tokio::test]
async fn a_page_in_place_of_an_answer() {
    let page = Canned {
        status: StatusCode::BAD_GATEWAY,
        headers: vec![("content-type", "text/html")],
        pieces: vec![b"<h1>Bad gateway</h1>".to_vec()],
        breaks: false,
    };
    let upstream = CannedUpstream::start(page).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let span = proxy.record(CHAT, &json!({"model": "m", "messages": []})).await;
    assert_eq!((span.error_type.as_deref(), span.error_message.as_deref()), (Some("http_502"), Some("<h1>Bad gateway</h1>")));
}

#[tokio::test]
async fn an_upstream_that_breaks_off() {
    let pieces = vec![STREAM.as_bytes()[..150].to_vec()];
    let upstream = CannedUpstream::start(Canned { status: StatusCode::OK, headers: vec![EVENTS], pieces, breaks: true }).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let answer = proxy.send(CHAT, &json!({"model": "m", "stream": true, "messages": []})).await;
    assert!(answer.bytes().await.is_err(), "the caller sees the break too");
    let spans = proxy.spans().await;
    assert_eq!(
        (spans[0].status, spans[0].error_type.as_deref(), said(&spans[0]).as_str()),
        (Status::Error, Some("upstream_broke_off"), "Hel")
    );
}

#[tokio::test]
async fn a_stream_without_an_end() {
    let pieces = vec![STREAM.as_bytes()[..82].to_vec()];
    let upstream = CannedUpstream::start(Canned { status: StatusCode::OK, headers: vec![EVENTS], pieces, breaks: false }).await;
    let proxy = Proxy::start(&[format!("openai={}", upstream.origin)], |_| {}).await;
    let span = proxy.record(CHAT, &json!({"model": "m", "stream": true, "messages": []})).await;
    assert!(span.quality.contains(&"stream_ended_early".to_owned()), "{:?}", span.quality);
}

#[tokio::test]
async fn nobody_at_the_upstream() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let proxy = Proxy::start(&[format!("openai=http://{free}")], |_| {}).await;
    let answer = proxy.send(CHAT, &json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]})).await;
    assert_eq!(answer.status().as_u16(), 502);
    let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("openai could not be reached"), "{problem}");
    let spans = proxy.spans().await;
    // Nobody took the request's body.
    assert_eq!((spans[0].status, spans[0].error_type.as_deref()), (Status::Error, Some("upstream_unreachable")));
    assert!(spans[0].quality.contains(&"request_not_read".to_owned()), "{:?}", spans[0].quality);
}

#[tokio::test]
async fn a_caller_that_goes_away() {
    let (upstream, sender) = CannedUpstream::driven(vec![EVENTS]).await;
    let proxy = Proxy::start(&[format!("anthropic={}", upstream.origin)], |_| {}).await;
    let body = json!({"model": "claude-sonnet-4-5", "stream": true, "messages": [{"role": "user", "content": "Hi"}]});
    let call = proxy.post(MESSAGES, &body).send();
    let begun = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":30,\"cache_read_input_tokens\":0,\"output_tokens\":1}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n",
    );
    sender.send(begun).unwrap();
    let mut answer = call.await.unwrap();
    answer.chunk().await.unwrap();
    drop(answer);
    // The upstream sees it too: nothing is read on nobody's behalf.
    tokio::time::timeout(PATIENCE, sender.closed()).await.unwrap();
    let spans = proxy.spans().await;
    let span = &spans[0];
    assert_eq!((span.status, said(span).as_str(), &span.finish_reasons[..]), (Status::Unset, "Hel", &["cancelled".to_owned()][..]));
    assert!(["cancelled", "usage_incomplete"].iter().all(|note| span.quality.iter().any(|known| known == note)), "{:?}", span.quality);
    assert_eq!((span.usage.input_tokens, span.response_id.as_deref()), (Some(30), Some("m1")));
    assert!(span.end_time.is_some());
}

#[tokio::test]
async fn a_caller_that_goes_away_before_the_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::start(&[format!("openai=http://{}", listener.local_addr().unwrap())], |_| {}).await;
    let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]});
    let mut call = Box::pin(proxy.post(CHAT, &body).send());
    // Once the upstream has been called it does not answer, and the caller gives up.
    tokio::select! {
        _ = &mut call => panic!("nobody answers"),
        accepted = listener.accept() => {
            let (connection, _) = accepted.unwrap();
            connection.readable().await.unwrap();
            drop(call);
        }
    }
    let spans = proxy.spans().await;
    assert_eq!((spans[0].request_model.as_deref(), &spans[0].quality[..1]), (Some("gpt-4o"), &["cancelled".to_owned()][..]));
}
