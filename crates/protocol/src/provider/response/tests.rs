use super::*;
use model::telemetry::Part;
use serde_json::json;

fn read(body: Value) -> ProviderResponse {
    response(body).unwrap()
}

fn input_and_output(response: &ProviderResponse) -> (Option<u64>, Option<u64>) {
    response.usage.as_ref().map(|usage| (usage.usage.input_tokens, usage.usage.output_tokens)).unwrap_or_default()
}

#[test]
fn a_chat_completion() {
    let call = json!({"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{\"city\":\"Paris\"}"}});
    let found = read(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini-2024-07-18", "service_tier": "flex",
        "system_fingerprint": "fp", "choices": [{
            "index": 0, "finish_reason": "tool_calls", "logprobs": {"content": [{"token": "a"}]},
            "message": {"role": "assistant", "content": null, "refusal": null, "annotations": [], "tool_calls": [call]},
        }],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }));
    assert_eq!((found.id.as_deref(), found.model.as_deref()), (Some("chatcmpl-1"), Some("gpt-4o-mini-2024-07-18")));
    let expected = Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!((&found.output[0].parts[..], &found.finish_reasons[..]), (&[expected][..], &["tool_calls".to_owned()][..]));
    assert_eq!((input_and_output(&found), found.service_tier.as_deref()), ((Some(100), Some(20)), Some("flex")));
    let kept = json!({"response.system_fingerprint": "fp", "response.choices": [{"logprobs": {"content": [{"token": "a"}]}}]});
    assert_eq!(json!(found.attributes), kept);
    let text = read(json!({"object": "text_completion", "choices": [{"index": 0, "text": "Once", "finish_reason": "stop"}]}));
    assert_eq!(text.output[0].parts, [Part::Text { text: "Once".into() }]);
}

#[test]
fn a_response() {
    let found = read(json!({
        "id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5", "error": null, "incomplete_details": null, "tools": [],
        "temperature": 1.0, "output": [
            {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "think"}]},
            {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [
                {"type": "output_text", "text": "Sunny.", "annotations": [{"type": "url_citation", "url": "https://a.example"}]}, {"type": "refusal", "refusal": "no"},
            ]},
            {"type": "function_call", "call_id": "c1", "id": "fc", "name": "w", "arguments": "{bad", "status": "completed"},
        ],
        "usage": {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 64}, "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 8}, "total_tokens": 120},
    }));
    assert_eq!((found.output.len(), found.output[0].finish_reason.as_deref()), (1, Some("completed")));
    let parts = &found.output[0].parts;
    assert_eq!(parts[0], Part::Reasoning { text: "think".into() });
    assert!(matches!(&parts[1], Part::Other { value } if value["type"] == "web_search_call"));
    assert_eq!(parts[2..4], [Part::Text { text: "Sunny.".into() }, Part::Refusal { text: "no".into() }]);
    assert!(matches!(&parts[4], Part::Other { value } if value["annotations"][0]["url"] == "https://a.example"));
    assert_eq!(parts[5], Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!("{bad") });
    assert_eq!(found.usage.unwrap().usage.buckets.web_searches, Some(1));
    assert!(found.attributes.is_empty(), "{:?}", found.attributes);
    let cut =
        read(json!({"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}));
    assert_eq!(cut.finish_reasons, ["max_output_tokens"]);
}

#[test]
fn an_anthropic_message() {
    let found = read(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": "tool_use", "stop_sequence": null,
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "text", "text": "Let me check."},
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "web_search_result", "title": "t"}]},
            {"type": "tool_use", "id": "t1", "name": "w", "input": {"city": "Paris"}},
        ],
        "usage": {"input_tokens": 30, "cache_read_input_tokens": 1000, "output_tokens": 25},
    }));
    assert_eq!((input_and_output(&found), &found.finish_reasons[..]), ((Some(1030), Some(25)), &["tool_use".to_owned()][..]));
    let parts = &found.output[0].parts;
    assert_eq!(parts[3], Part::ToolResult { id: Some("s1".into()), result: json!([{"type": "web_search_result", "title": "t"}]) });
    assert_eq!(parts[4], Part::ToolCall { id: Some("t1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) });
}

#[test]
fn gemini_on_the_wire_and_from_its_sdk() {
    let wire = read(json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": "hm", "thought": true}, {"text": "Sunny."}]}, "index": 0, "finishReason": "STOP",
            "groundingMetadata": {"webSearchQueries": ["q"]}}],
        "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 12, "thoughtsTokenCount": 8, "totalTokenCount": 120},
        "modelVersion": "gemini-2.5-pro", "responseId": "r1",
    }));
    assert_eq!((wire.id.as_deref(), wire.model.as_deref(), &wire.output[0].role[..]), (Some("r1"), Some("gemini-2.5-pro"), "assistant"));
    assert_eq!(wire.output[0].parts, [Part::Reasoning { text: "hm".into() }, Part::Text { text: "Sunny.".into() }]);
    assert_eq!(input_and_output(&wire), (Some(100), Some(20)));
    assert_eq!(wire.attributes["response.candidates"][0]["groundingMetadata"]["webSearchQueries"][0], "q");
    let sdk = read(json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Sunny.", "thought": null, "function_call": null}]}, "finish_reason": "STOP", "index": 0, "safety_ratings": null}],
        "usage_metadata": {"prompt_token_count": 3, "candidates_token_count": 2, "total_token_count": 5}, "model_version": "g", "response_id": "r",
    }));
    assert_eq!((input_and_output(&sdk), &sdk.output[0].parts[..]), ((Some(3), Some(2)), &[Part::Text { text: "Sunny.".into() }][..]));
    assert!(sdk.attributes.is_empty());
    let refused =
        read(json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}}));
    assert_eq!(refused.finish_reasons, ["SAFETY"]);
}

#[test]
fn embeddings_are_counted_and_not_kept() {
    let data = json!([{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}, {"object": "embedding", "index": 1, "embedding": [0.5, 0.25]}]);
    let found = read(json!({"object": "list", "model": "e", "data": data, "usage": {"prompt_tokens": 16, "total_tokens": 16}}));
    assert_eq!(json!(found.attributes), json!({"response.embeddings": 2, "response.embedding_dimensions": 2}));
    assert_eq!((input_and_output(&found), found.output.len()), ((Some(16), None), 0));
    let base64 = read(json!({"object": "list", "data": [{"embedding": "AAAAPwAAgD4AAIC/AAAAQA=="}], "usage": {}}));
    assert_eq!(base64.attributes["response.embedding_dimensions"], 4);
    assert_eq!(read(json!({"embeddings": [{"values": [1, 2, 3]}]})).attributes["response.embedding_dimensions"], 3);
}

#[test]
fn errors_of_every_provider() {
    for (body, kind, message) in [
        (
            json!({"error": {"message": "slow down", "type": "rate_limit_error", "param": null, "code": "rate_limit_exceeded"}}),
            "rate_limit_error",
            "slow down",
        ),
        (json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}, "request_id": "r"}), "overloaded_error", "busy"),
        (json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota"}}), "RESOURCE_EXHAUSTED", "quota"),
        (
            json!({"type": "error", "code": "server_error", "message": "broke", "param": null, "sequence_number": 3}),
            "server_error",
            "broke",
        ),
    ] {
        let error = read(body.clone()).error.unwrap();
        assert_eq!((error.kind.as_deref(), error.message.as_deref()), (Some(kind), Some(message)), "{body}");
    }
    assert_eq!(read(json!({"error": "nope"})).error.unwrap().message.as_deref(), Some("nope"));
    let failed = read(json!({"object": "response", "status": "failed", "output": [], "error": {"code": "server_error", "message": "m"}}));
    assert_eq!(failed.error.unwrap().kind.as_deref(), Some("server_error"));
}

#[test]
fn a_span_is_filled_and_anything_else_is_refused() {
    let time = model::Timestamp::from_nanos(1_770_000_000_000_000_000);
    let mut span = Span::new(crate::native_trace_id("t", "1"), crate::native_span_id("t", "1"), "call", time);
    span.response_model = Some("known".into());
    read(json!({"choices": [], "id": "x", "model": "other", "error": {"message": "broke", "type": "server_error"}})).fill(&mut span);
    assert_eq!((span.response_model.as_deref(), span.response_id.as_deref(), span.status), (Some("known"), Some("x"), Status::Error));
    for other in [json!({}), json!([]), json!({"id": 1, "name": "x"}), json!({"output": "text"}), json!({"data": []})] {
        assert_eq!(response(other.clone()), None, "{other}");
    }
}
