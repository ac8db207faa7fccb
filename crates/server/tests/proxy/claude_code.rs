//! Claude Code behind the proxy with its own telemetry: what both tell of is one call, summed once, whoever comes first and whatever the
//! proxy is told of the trace.

use crate::{
    canned::CannedUpstream,
    harness::{Proxy, with_fake},
};
use model::telemetry::Span;
use protocol::agents::claude_code;
use serde_json::{Value, json};
use testkit::fake_llm::ANSWER;

/// What the scripted provider answers, recorded.
const STREAM: &str = include_str!("../../../../fixtures/captures/llm_responses/anthropic_messages_stream.sse");
const MESSAGES: &str = "/proxy/anthropic/v1/messages";
const SESSION: &str = "5a1c0d3e-0000-4000-8000-000000000001";
const PROMPT: &str = "5a1c0d3e-0000-4000-8000-000000000002";
const TRACE: &str = "37fbebb5a1e879a3d8a238f91cdf207d";
const INTERACTION: &str = "1111111111111111";
const LLM_REQUEST: &str = "86c71bd4f9a8d439";

/// What Claude Code says of itself in a request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hints {
    /// As it comes: the session.
    None,
    /// `CLAUDE_CODE_GATEWAY_HINT_HEADERS=1`
    Prompt,
    /// `CLAUDE_CODE_PROPAGATE_TRACEPARENT=1`
    Trace,
}

fn request(proxy: &Proxy, hints: Hints) -> reqwest::RequestBuilder {
    let body = json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "Hi"}]});
    let request = proxy.post(MESSAGES, &body).header("x-claude-code-session-id", SESSION).header("user-agent", "claude-cli/2.1.332");
    match hints {
        Hints::None => request,
        Hints::Prompt => request.header("x-claude-code-prompt-id", PROMPT).header("x-claude-code-request-class", "main"),
        Hints::Trace => request.header("traceparent", format!("00-{TRACE}-{LLM_REQUEST}-01")),
    }
}

/// Sends a call; answers the id that the provider gave the request, and the ids of the span that the proxy names.
async fn call(proxy: &Proxy, hints: Hints) -> (String, [String; 2]) {
    let answer = request(proxy, hints).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (id, ids) = (header("request-id"), ["x-telltale-trace-id", "x-telltale-span-id"].map(header));
    assert!(answer.text().await.unwrap().contains("message_stop"));
    (id, ids)
}

fn attributes(fields: Value) -> Value {
    fields.as_object().unwrap().iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

fn any(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!({"intValue": number}),
        Value::Bool(flag) => json!({"boolValue": flag}),
        text => json!({"stringValue": text}),
    }
}

fn counts(request: &str) -> Value {
    json!({"session.id": SESSION, "request_id": request, "model": "claude-sonnet-4-5", "input_tokens": 30, "output_tokens": 25,
        "cache_read_tokens": 1000, "cache_creation_tokens": 50, "duration_ms": 200})
}

async fn send(proxy: &Proxy, path: &str, body: Value) {
    let answer = proxy.client.post(proxy.url(path)).json(&body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (200, "{}".to_owned()));
}

/// `claude_code.api_request`, as the logs of an untraced session tell of it.
async fn log(proxy: &Proxy, request: &str) {
    let mut fields = counts(request);
    for (name, value) in [
        ("event.name", json!("api_request")),
        ("prompt.id", json!(PROMPT)),
        ("cache_creation_5m_tokens", json!(40)),
        ("cache_creation_1h_tokens", json!(10)),
        ("query_source", json!("sdk")),
    ] {
        fields[name] = value;
    }
    let now = model::Timestamp::now().as_nanos().to_string();
    let record = json!({"timeUnixNano": now, "body": {"stringValue": "claude_code.api_request"}, "attributes": attributes(fields)});
    let scope = json!({"name": "com.anthropic.claude_code.events"});
    send(proxy, "/v1/logs", json!({"resourceLogs": [{"scopeLogs": [{"scope": scope, "logRecords": [record]}]}]})).await;
}

/// `claude_code.llm_request` below its interaction.
async fn trace(proxy: &Proxy, request: &str) {
    let end = model::Timestamp::now().as_nanos();
    let start = end - 200_000_000;
    let span = |id: &str, parent: &str, name: &str, fields: Value| {
        json!({"traceId": TRACE, "spanId": id, "parentSpanId": parent, "name": name, "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": end.to_string(), "attributes": attributes(fields)})
    };
    let mut fields = counts(request);
    fields["span.type"] = json!("llm_request");
    let spans = [
        span(LLM_REQUEST, INTERACTION, "claude_code.llm_request", fields),
        span(INTERACTION, "", "claude_code.interaction", json!({"span.type": "interaction", "session.id": SESSION})),
    ];
    let scope = json!({"name": "com.anthropic.claude_code.tracing"});
    send(proxy, "/v1/traces", json!({"resourceSpans": [{"scopeSpans": [{"scope": scope, "spans": spans}]}]})).await;
}

/// The one call that is summed: with the proxy's words and its web search, and the agent's name and place.
#[track_caller]
fn assert_one_call(spans: &[Span], what: &str) -> Span {
    let summed: Vec<&Span> = spans.iter().filter(|span| span.is_request()).collect();
    assert_eq!(summed.len(), 1, "{what}: {summed:#?}");
    let call = summed[0];
    let buckets = call.usage.buckets;
    let written = (buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown);
    assert_eq!(
        (buckets.input_uncached, buckets.cache_read, written, buckets.web_searches),
        (Some(30), Some(1000), (Some(40), Some(10), None), Some(1)),
        "{what}"
    );
    assert_eq!(call.cost.total_usd.unwrap().to_string(), "0.010975", "{what}");
    assert_eq!((call.name.as_str(), call.session_id.as_deref()), ("claude_code.llm_request", Some(SESSION)), "{what}");
    assert!(call.payload.output.is_some() && call.payload.input.is_some(), "{what}");
    call.clone()
}

#[tokio::test]
async fn the_log_of_a_prompt_and_the_proxy_tell_of_one_call() {
    for hints in [Hints::None, Hints::Prompt] {
        let (proxy, _fake) = with_fake().await;
        let (request, ids) = call(&proxy, hints).await;
        proxy.spans().await;
        log(&proxy, &request).await;
        log(&proxy, &request).await;
        let spans = proxy.spans().await;
        let call = assert_one_call(&spans, &format!("{hints:?}"));
        let (trace, prompt) = claude_code::place_of_prompt(PROMPT);
        assert_eq!((call.trace_id, call.parent_span_id), (trace, Some(prompt)), "{hints:?}");
        assert_eq!((call.span_id.to_hex(), call.native_id.as_deref()), (ids[1].clone(), Some(request.as_str())), "{hints:?}");
        // Where the proxy was not told of the prompt, its own span stays where it was, and says why it is not summed.
        let others: Vec<&Span> = spans.iter().filter(|span| span.kind == call.kind && !span.billed).collect();
        assert_eq!(others.len(), usize::from(hints == Hints::None));
        assert!(
            others.iter().all(|span| span.trace_id.to_hex() == ids[0] && span.quality.contains(&"reported_in_another_trace".to_owned()))
        );
    }
}

#[tokio::test]
async fn the_trace_and_the_proxy_tell_of_one_call() {
    for hints in [Hints::None, Hints::Trace] {
        let (proxy, _fake) = with_fake().await;
        let (request, _) = call(&proxy, hints).await;
        proxy.spans().await;
        trace(&proxy, &request).await;
        let call = assert_one_call(&proxy.spans().await, &format!("{hints:?}"));
        assert_eq!(
            (call.trace_id.to_hex(), call.parent_span_id.unwrap().to_hex()),
            (TRACE.to_owned(), INTERACTION.to_owned()),
            "{hints:?}"
        );
        assert!(call.time_to_first_token_ms.is_some());
    }
}

/// The recording of a stream ends with the stream; the agent may have told of the call by then.
#[tokio::test]
async fn the_agent_may_be_first() {
    for hints in [Hints::None, Hints::Prompt] {
        let (upstream, pieces) = CannedUpstream::driven(vec![("content-type", "text/event-stream"), ("request-id", "req_first")]).await;
        let proxy = Proxy::start(&[format!("anthropic={}", upstream.origin)], |_| {}).await;
        pieces.send(STREAM.split_inclusive("\n\n").next().unwrap()).unwrap();
        let answer = request(&proxy, hints).send().await.unwrap();
        log(&proxy, "req_first").await;
        STREAM.split_inclusive("\n\n").skip(1).for_each(|piece| pieces.send(piece).unwrap());
        drop(pieces);
        answer.bytes().await.unwrap();
        let spans = proxy.spans().await;
        let call = assert_one_call(&spans, &format!("{hints:?}"));
        assert_eq!(spans.iter().filter(|span| span.kind == call.kind).count(), 1, "{hints:?}");
    }
}

/// Both may find that the call stands in two traces, and both join it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_the_same_moment_too() {
    let (proxy, _fake) = with_fake().await;
    for round in 1..=20 {
        let (request, _) = call(&proxy, Hints::None).await;
        tokio::join!(log(&proxy, &request), log(&proxy, &request), log(&proxy, &request), log(&proxy, &request));
        let spans: Vec<Span> = proxy.spans().await.into_iter().filter(|span| span.native_id.as_deref() == Some(&request)).collect();
        assert_one_call(&spans, &format!("round {round}"));
    }
}

#[tokio::test]
async fn without_telemetry_it_is_a_call_like_any_other() {
    let (proxy, _fake) = with_fake().await;
    let (_, ids) = call(&proxy, Hints::None).await;
    let spans = proxy.spans().await;
    let call = assert_one_call(&spans, "alone");
    assert_eq!(([call.trace_id.to_hex(), call.span_id.to_hex()], call.parent_span_id), (ids, None));
    assert_eq!((call.source.convention.as_str(), call.billed), ("proxy", true));
    let said = model::telemetry::preview(call.payload.output.as_ref().unwrap(), 200).unwrap();
    assert!(said.ends_with(ANSWER), "{said}");
}
