//! What is recorded of each API, with the fake provider's known counts.

use crate::harness::{Proxy, with_fake};
use model::telemetry::{CostSource, Part, Span, SpanKind, Status, TokenBuckets, UsageSplit};
use serde_json::{Value, json};
use testkit::fake_llm::{ANSWER, THOUGHT};

const CHAT: &str = "/proxy/openai/v1/chat/completions";
const RESPONSES: &str = "/proxy/openai/v1/responses";
const MESSAGES: &str = "/proxy/anthropic/v1/messages";

fn gemini(method: &str) -> String {
    format!("/proxy/gemini/v1beta/models/gemini-2.5-pro:{method}")
}

fn output_parts(span: &Span) -> &[Part] {
    let output = span.payload.output.as_deref().unwrap_or_default();
    assert_eq!((output.len(), output[0].role.as_str()), (1, "assistant"));
    &output[0].parts
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

#[track_caller]
fn assert_openai_buckets(span: &Span) {
    let buckets = &span.usage.buckets;
    let counts = (buckets.input_uncached, buckets.cache_read, buckets.output_text, buckets.output_reasoning);
    assert_eq!(counts, (Some(36), Some(64), Some(12), Some(8)));
    assert_eq!((span.usage.input_tokens, span.usage.total_tokens, span.usage.split), (Some(100), Some(120), UsageSplit::Exact));
}

#[track_caller]
fn assert_priced(span: &Span) {
    assert_eq!((span.cost.source, span.status, &span.quality[..]), (CostSource::Computed, Status::Ok, &[][..]));
}

#[tokio::test]
async fn chat_completions() {
    let (proxy, _fake) = with_fake().await;
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]);
    let whole = proxy.record(CHAT, &json!({"model": "gpt-4o-mini", "messages": messages, "temperature": 0.2, "user": "u-1"})).await;
    let stream =
        json!({"model": "gpt-4o-mini", "messages": messages, "stream": true, "stream_options": {"include_usage": true}, "user": "u-1"});
    let streamed = proxy.record(CHAT, &stream).await;
    for span in [&whole, &streamed] {
        assert_eq!(
            (span.name.as_str(), span.kind, span.operation.as_deref()),
            ("chat gpt-4o-mini-2024-07-18", SpanKind::Llm, Some("chat"))
        );
        assert_eq!((span.provider.as_deref(), span.request_model.as_deref()), (Some("openai"), Some("gpt-4o-mini")));
        assert_eq!((span.response_model.as_deref(), span.user_id.as_deref()), (Some("gpt-4o-mini-2024-07-18"), Some("u-1")));
        assert_eq!((span.source.convention.as_str(), &span.finish_reasons[..]), ("proxy", &["stop".to_owned()][..]));
        assert_eq!((output_parts(span), json!(span.payload.input)[1]["parts"][0]["text"].as_str()), (&[text(ANSWER)][..], Some("Hi")));
        assert_openai_buckets(span);
        assert_priced(span);
        // 36 at 0.15, 64 at 0.075, 20 at 0.60 dollars per million.
        assert_eq!(span.cost.total_usd.unwrap().to_string(), "0.0000222");
        assert_eq!(span.payload.attributes["http.response.status_code"], 200);
        assert!(span.response_id.as_deref().is_some_and(|id| id.starts_with("chatcmpl-")));
    }
    assert_eq!((whole.time_to_first_token_ms, json!(whole.payload.model_parameters)), (None, json!({"temperature": 0.2})));
    let (first, duration) = (streamed.time_to_first_token_ms.unwrap(), streamed.duration_ms.unwrap());
    assert!(0.0 < first && first <= duration, "{first} of {duration} ms");
}

#[tokio::test]
async fn a_stream_without_usage_has_none() {
    let (proxy, _fake) = with_fake().await;
    let span = proxy.record(CHAT, &json!({"model": "gpt-4o-mini", "stream": true, "messages": []})).await;
    assert!(span.usage.is_unknown() && span.cost.total_usd.is_none());
    assert!(span.quality.contains(&"usage_not_reported".to_owned()), "{:?}", span.quality);
}

#[tokio::test]
async fn tool_calls_of_every_api() {
    let (proxy, _fake) = with_fake().await;
    let user = json!([{"role": "user", "content": "weather?"}]);
    let function = json!({"name": "get_weather", "parameters": {"type": "object"}});
    for stream in [false, true] {
        let cases = [
            (
                CHAT.to_owned(),
                json!({"model": "m", "stream": stream, "messages": user, "tools": [{"type": "function", "function": function}]}),
            ),
            (
                RESPONSES.to_owned(),
                json!({"model": "m", "stream": stream, "input": "weather?", "tools": [{"type": "function", "name": "get_weather"}]}),
            ),
            (
                MESSAGES.to_owned(),
                json!({"model": "m", "stream": stream, "messages": user, "tools": [{"name": "get_weather", "input_schema": {}}]}),
            ),
            (
                gemini(if stream { "streamGenerateContent" } else { "generateContent" }),
                json!({"contents": [{"parts": [{"text": "weather?"}]}], "tools": [{"functionDeclarations": [function]}]}),
            ),
        ];
        for (path, body) in cases {
            let span = proxy.record(&path, &body).await;
            let Some(Part::ToolCall { name, arguments, .. }) = output_parts(&span).last() else {
                panic!("{path}: {:?}", span.payload.output)
            };
            assert_eq!((name.as_str(), arguments), ("get_weather", &json!({"city": "Paris"})), "{path}");
            assert!(span.payload.tools.is_some() && span.status == Status::Ok, "{path}");
            assert_eq!(span.time_to_first_token_ms.is_some(), stream, "{path}");
        }
    }
}

#[tokio::test]
async fn responses() {
    let (proxy, _fake) = with_fake().await;
    for stream in [false, true] {
        let body =
            json!({"model": "gpt-4o-mini", "input": "Hi", "instructions": "Be brief.", "stream": stream, "reasoning": {"effort": "low"}});
        let span = proxy.record(RESPONSES, &body).await;
        assert_openai_buckets(&span);
        assert_priced(&span);
        assert_eq!(output_parts(&span), [Part::Reasoning { text: THOUGHT.to_owned() }, text(ANSWER)]);
        assert_eq!(
            (json!(span.payload.system)[0]["parts"][0]["text"].as_str(), &span.finish_reasons[..]),
            (Some("Be brief."), &["completed".to_owned()][..])
        );
        assert!(span.response_id.as_deref().is_some_and(|id| id.starts_with("resp_")));
    }
}

#[tokio::test]
async fn anthropic_messages() {
    let (proxy, _fake) = with_fake().await;
    for stream in [false, true] {
        let body = json!({
            "model": "claude-sonnet-4-5", "max_tokens": 100, "stream": stream, "system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}],
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "metadata": {"user_id": "{\"device_id\":\"d\",\"account_uuid\":\"acc\",\"session_id\":\"ses\"}"},
        });
        let span = proxy.record(MESSAGES, &body).await;
        let expected = TokenBuckets {
            input_uncached: Some(30),
            cache_read: Some(1000),
            cache_write_5m: Some(40),
            cache_write_1h: Some(10),
            output_text: Some(17),
            output_reasoning: Some(8),
            web_searches: Some(1),
            ..TokenBuckets::default()
        };
        assert_eq!((span.usage.buckets, span.usage.input_tokens, span.usage.output_tokens), (expected, Some(1080), Some(25)));
        assert_priced(&span);
        assert_eq!(output_parts(&span), [Part::Reasoning { text: THOUGHT.to_owned() }, text(ANSWER)]);
        assert_eq!(
            (span.provider.as_deref(), span.session_id.as_deref(), span.user_id.as_deref()),
            (Some("anthropic"), Some("ses"), Some("acc"))
        );
        assert_eq!(
            (&span.payload.attributes["service_tier"], &span.payload.attributes["usage.inference_geo"]),
            (&json!("standard"), &json!("us"))
        );
    }
}

#[tokio::test]
async fn gemini_in_three_forms() {
    let (proxy, _fake) = with_fake().await;
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "generationConfig": {"temperature": 0.1}});
    for method in ["generateContent", "streamGenerateContent?alt=sse", "streamGenerateContent"] {
        let span = proxy.record(&gemini(method), &body).await;
        assert_openai_buckets(&span);
        assert_priced(&span);
        assert_eq!(output_parts(&span), [text(ANSWER)], "{method}");
        let models = (span.request_model.as_deref(), span.response_model.as_deref());
        assert_eq!((span.provider.as_deref(), models), (Some("gcp.gemini"), (Some("gemini-2.5-pro"), Some("gemini-2.5-pro"))));
        assert_eq!(
            (span.operation.as_deref(), span.time_to_first_token_ms.is_some()),
            (Some("generate_content"), method != "generateContent")
        );
    }
}

#[tokio::test]
async fn embeddings() {
    let (proxy, _fake) = with_fake().await;
    let body = json!({"model": "text-embedding-3-small", "input": ["a", "b"], "encoding_format": "base64"});
    let span = proxy.record("/proxy/openai/v1/embeddings", &body).await;
    assert_eq!((span.kind, span.usage.input_tokens, span.usage.output_tokens), (SpanKind::Embedding, Some(16), None));
    assert_priced(&span);
    assert_eq!(
        (&span.payload.attributes["response.embeddings"], &span.payload.attributes["response.embedding_dimensions"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(json!(span.payload.input)[1]["parts"][0]["text"], "b");
}

#[tokio::test]
async fn who_asked_and_in_which_trace() {
    let (proxy, _fake) = with_fake().await;
    let trace = "37fbebb5a1e879a3d8a238f91cdf207d";
    let body = json!({"model": "gpt-4o-mini", "messages": [], "user": "of the body", "metadata": {"team": "a"}});
    let request = proxy.post(CHAT, &body).header("traceparent", format!("00-{trace}-86c71bd4f9a8d439-01"));
    let request = request.header("x-telltale-user-id", "u").header("x-telltale-session-id", "s").header("x-telltale-tags", "a,b");
    let request = request
        .header("x-telltale-metadata", r#"{"plan": "pro"}"#)
        .header("x-telltale-environment", "test")
        .header("x-telltale-name", "answer");
    let span = proxy.record_of(request).await;
    assert_eq!((span.trace_id.to_hex().as_str(), span.parent_span_id.unwrap().to_hex().as_str()), (trace, "86c71bd4f9a8d439"));
    assert_eq!((span.user_id.as_deref(), span.session_id.as_deref(), span.environment.as_deref()), (Some("u"), Some("s"), Some("test")));
    assert_eq!((span.name.as_str(), span.tags), ("answer", vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(json!(span.payload.metadata), json!({"plan": "pro", "team": "a"}));
}

#[tokio::test]
async fn what_is_no_call_passes_without_a_record() {
    let (proxy, _fake) = with_fake().await;
    let models = proxy.client.get(proxy.url("/proxy/openai/v1/models")).send().await.unwrap();
    assert_eq!((models.status().as_u16(), models.headers().contains_key("x-telltale-trace-id")), (200, false));
    let counted: Value = serde_json::from_slice(
        &proxy.send("/proxy/anthropic/v1/messages/count_tokens", &json!({"model": "c"})).await.bytes().await.unwrap(),
    )
    .unwrap();
    assert_eq!(counted["input_tokens"], 30);
    assert!(proxy.spans().await.is_empty());
}

#[tokio::test]
async fn other_providers_are_named_by_their_upstream() {
    let fake = testkit::fake_llm::FakeLlm::start(0).await.unwrap();
    let proxy = Proxy::start(&[format!("mistral={}", fake.base_url())], |_| {}).await;
    let span = proxy.record("/proxy/mistral/chat/completions", &json!({"model": "mistral-small-latest", "messages": []})).await;
    assert_eq!((span.provider.as_deref(), &span.payload.attributes["proxy.upstream"]), (Some("mistral_ai"), &json!("mistral")));
}
