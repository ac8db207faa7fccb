//! What the Vercel AI SDK sent, versions 5 to 7, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status, UsageSplit};
use serde_json::json;
use support::captures::{ANTHROPIC, OPENAI, billed_spans, buckets, snapshot};

/// The billed calls by their model, in the order in which they ended.
fn requests<'a>(spans: &'a [Span], model: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.is_request() && span.model() == Some(model)).collect()
}

fn assert_common(spans: &[Span], version: &str) {
    let calls = requests(spans, "gpt-4o-mini-2024-07-18");
    assert_eq!(calls.len(), 4, "two steps with tools, a stream, and the responses API");
    let [asks, told, stream, responses] = calls.as_slice() else { panic!("{calls:#?}") };
    assert!(calls.iter().all(|call| call.provider.as_deref() == Some("openai") && call.usage.input_tokens == Some(100)));
    let call = Part::ToolCall { id: Some("call_abc123".into()), name: "get_weather".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!(asks.payload.output.as_ref().unwrap()[0].parts, [call]);
    assert_eq!(asks.payload.tools.as_ref().unwrap()[0]["name"], "get_weather");
    assert_eq!(asks.payload.model_parameters["temperature"], 0.2);
    let result = Part::ToolResult { id: Some("call_abc123".into()), result: json!("sunny") };
    assert_eq!(told.payload.input.as_ref().unwrap().last().unwrap().parts, [result]);
    assert!(
        stream.time_to_first_token_ms.is_some_and(|millis| millis > 0.0) && responses.response_id.as_ref().unwrap().starts_with("resp_")
    );

    let tool = spans.iter().find(|span| span.kind == SpanKind::Tool).unwrap();
    assert_eq!(tool.tool.as_deref(), Some("get_weather"));
    assert_eq!(
        tool.payload.output.as_ref().unwrap()[0].parts,
        [Part::ToolResult { id: Some("call_abc123".into()), result: json!("sunny") }]
    );

    let embeddings: Vec<&Span> = requests(spans, "text-embedding-3-small");
    let [embedding] = embeddings.as_slice() else { panic!("{embeddings:#?}") };
    assert_eq!((embedding.kind, embedding.usage.input_tokens, embedding.usage.split), (SpanKind::Embedding, Some(16), UsageSplit::Exact));

    let errors: Vec<&Span> = requests(spans, "gpt-err404");
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    assert_eq!((error.status, error.error_type.as_deref()), (Status::Error, Some("AI_APICallError")));
    assert!(error.usage.is_unknown());

    // Version 7 tells it to the spans around the calls only.
    let of_the_sdk =
        || spans.iter().filter(|span| span.source.convention == "vercel_ai" && (version != "v7" || span.kind == SpanKind::Agent));
    assert!(of_the_sdk().all(|span| span.session_id.as_deref() == Some(&format!("sess-{version}")[..])), "{version}");
    assert!(of_the_sdk().all(|span| span.user_id.as_deref() == Some("user-1") && span.tags == ["a", "b"]));
    assert!(!serde_json::to_string(spans).unwrap().contains("sk-not-a-real-key"));
    // Around the calls: what they add up to is theirs.
    let around = spans.iter().filter(|span| matches!(span.kind, SpanKind::Agent | SpanKind::Chain) && !span.usage.is_unknown());
    assert!(around.map(|span| assert!(!span.billed)).count() >= 4);
}

#[test]
fn version_5() {
    let spans = billed_spans(&["vercel-ai-v5_POST_v1_traces.json"]);
    snapshot("vercel-ai-v5", &spans);
    assert_common(&spans, "v5");
    // A call that is not streamed tells of no details; Anthropic's own counts are handed on.
    let calls = requests(&spans, "gpt-4o-mini-2024-07-18");
    assert_eq!(buckets(calls[0]), [Some(100), None, None, None, None, Some(20), None]);
    assert_eq!((calls[0].usage.split, buckets(calls[2])), (UsageSplit::Assumed, OPENAI));
    let anthropic = requests(&spans, "claude-sonnet-4-5");
    assert_eq!(anthropic.iter().map(|call| buckets(call)).collect::<Vec<_>>(), [ANTHROPIC, ANTHROPIC]);
    assert!(anthropic.iter().all(|call| call.usage.buckets.web_searches == Some(1) && call.usage.split == UsageSplit::Exact));
}

#[test]
fn version_5_without_streams() {
    let spans = billed_spans(&["183_vercel-ai-v5_POST_v1_traces.json"]);
    snapshot("183_vercel-ai-v5", &spans);
    assert_eq!(buckets(requests(&spans, "claude-sonnet-4-5")[0]), ANTHROPIC);
}

#[test]
fn version_6() {
    let spans = billed_spans(&["092_vercel-ai-v6_POST_v1_traces.json"]);
    snapshot("092_vercel-ai-v6", &spans);
    let calls = requests(&spans, "gpt-4o-mini-2024-07-18");
    assert_eq!(calls.len(), 5);
    // An object is generated with the names and the gaps of version 5.
    assert_eq!(
        calls[..4].iter().map(|call| buckets(call)).collect::<Vec<_>>(),
        [OPENAI, OPENAI, OPENAI, [Some(36), Some(64), None, None, Some(0), Some(12), Some(8)]]
    );
    assert_eq!((calls[4].usage.split, calls[4].usage.total_tokens), (UsageSplit::Assumed, Some(120)));
    assert_eq!(calls[3].payload.output.as_ref().unwrap()[0].parts[0], Part::Reasoning { text: "thinking about weather".into() });
}

#[test]
fn version_7() {
    let spans = billed_spans(&["vercel-ai-v7_POST_v1_traces.json"]);
    snapshot("vercel-ai-v7", &spans);
    assert_common(&spans, "v7");
    let anthropic = requests(&spans, "claude-sonnet-4-5");
    assert_eq!(anthropic.iter().map(|call| buckets(call)).collect::<Vec<_>>(), [ANTHROPIC, ANTHROPIC]);
}
