//! What the GenAI conventions say, generation by generation, where no recorded payload shows it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status, UsageSplit};
use serde_json::{Value, json};
use support::span_from_json;

/// A span with these attributes; events as `(name, attributes)`.
fn span(attributes: Value, events: Value) -> Span {
    span_from_json(attributes, events, "test span")
}

fn with(attributes: Value) -> Span {
    span(attributes, json!([]))
}

fn text(part: &Part) -> &str {
    match part {
        Part::Text { text } => text,
        other => panic!("not text: {other:?}"),
    }
}

#[test]
fn the_first_generation_reads_the_same_as_the_latest() {
    let messages = r#"[{"role": "user", "content": "hi"}]"#;
    let old = with(json!({
        "gen_ai.system": "OpenAI", "gen_ai.operation.name": "chat", "gen_ai.prompt": messages, "gen_ai.completion": "hello",
        "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 2, "gen_ai.usage.cache_read_input_tokens": 4,
    }));
    let new = with(json!({
        "gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": r#"[{"role":"user","parts":[{"type":"text","content":"hi"}]}]"#,
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}],
        "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2, "gen_ai.usage.cache_read.input_tokens": 4,
    }));
    assert_eq!(old.provider, new.provider);
    assert_eq!(old.usage, new.usage);
    assert_eq!(old.usage.split, UsageSplit::Exact);
    assert_eq!(old.payload.input, new.payload.input);
    assert_eq!(old.payload.output, new.payload.output);
    assert_eq!(old.payload.originals["gen_ai.prompt"], messages, "the chat shape cannot be rebuilt, so it is kept");
    assert_eq!(new.payload.originals["gen_ai.output.messages"], json!({"style": "structured"}));
    assert!(old.payload.attributes.is_empty() && new.payload.attributes.is_empty());
}

#[test]
fn message_events_make_the_conversation() {
    let span = span(
        json!({"gen_ai.system": "openai", "gen_ai.operation.name": "chat"}),
        json!([
            ["gen_ai.system.message", {"content": "Be brief."}],
            ["gen_ai.user.message", {"content": "Weather?", "gen_ai.system": "openai"}],
            ["gen_ai.assistant.message", {"tool_calls": "[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"w\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}}]"}],
            ["gen_ai.tool.message", {"id": "c1", "content": "sunny"}],
            ["gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": "{\"role\":\"assistant\",\"content\":\"Sunny.\"}"}],
        ]),
    );
    let input = span.payload.input.unwrap();
    assert_eq!(input.iter().map(|message| message.role.as_str()).collect::<Vec<_>>(), ["system", "user", "assistant", "tool"]);
    assert_eq!(input[2].parts, [Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) }]);
    assert_eq!(input[3].parts, [Part::ToolResult { id: Some("c1".into()), result: json!("sunny") }]);
    assert_eq!(text(&span.payload.output.unwrap()[0].parts[0]), "Sunny.");
    assert_eq!(span.finish_reasons, ["stop"]);
    // The events stay, with what is not content.
    assert_eq!(span.payload.events.len(), 5);
    assert_eq!(span.payload.events[1].attributes, [("gen_ai.system".to_owned(), json!("openai"))].into());
}

#[test]
fn content_events_and_the_details_event_carry_messages_too() {
    let content = span(
        json!({"gen_ai.operation.name": "chat"}),
        json!([["gen_ai.content.prompt", {"gen_ai.prompt": "hi"}], ["gen_ai.content.completion", {"gen_ai.completion": "hello"}]]),
    );
    assert_eq!(text(&content.payload.input.unwrap()[0].parts[0]), "hi");
    assert_eq!(text(&content.payload.output.unwrap()[0].parts[0]), "hello");
    let details = span(
        json!({"gen_ai.operation.name": "chat"}),
        json!([["gen_ai.client.inference.operation.details", {"gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}]]),
    );
    assert_eq!(text(&details.payload.input.unwrap()[0].parts[0]), "hi");
}

#[test]
fn every_part_type_and_every_known_mistake_is_read() {
    let parts = json!([
        {"type": "text", "content": "a"}, {"type": "reasoning", "content": "b"}, {"type": "refusal", "content": "c"}, "bare",
        {"type": "tool_call", "id": "1", "name": "f", "arguments": "{\"x\": 1}"},
        {"type": "tool_call", "name": "f", "arguments": "not json {"},
        {"type": "tool_call_response", "id": "1", "result": [1]},
        {"type": "server_tool_call", "id": "2", "name": "web_search", "server_tool_call": {"type": "web_search"}},
        {"type": "server_tool_call_response", "id": "2", "server_tool_call_response": {"hits": 3}},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
        {"type": "uri", "modality": "audio", "uri": "https://example.org/a.mp3"},
        {"type": "file", "modality": "file", "file_id": "file-1"},
        {"text": "gemini"}, {"functionCall": {"name": "g", "args": {"y": 2}}}, {"functionResponse": {"name": "g", "response": {"z": 3}}},
        {"inlineData": {"mimeType": "image/jpeg", "data": "aGk="}},
        {"type": "tool_use", "id": "3", "name": "h", "input": {}}, {"type": "image_url", "image_url": {"url": "https://example.org/i.png"}},
        {"type": "thinking", "thinking": "hm"}, {"type": "brand_new", "field": 1}, 42,
    ]);
    let messages = json!([{"role": "assistant", "parts": parts}]);
    let call = |id: Option<&str>, name: &str, arguments: Value| Part::ToolCall { id: id.map(str::to_owned), name: name.into(), arguments };
    let result = |id: &str, result: Value| Part::ToolResult { id: Some(id.into()), result };
    let media = |media: &str, mime_type: Option<&str>, uri: &str| Part::Media {
        media: media.into(),
        mime_type: mime_type.map(str::to_owned),
        uri: uri.into(),
    };
    let expected = [
        Part::Text { text: "a".into() },
        Part::Reasoning { text: "b".into() },
        Part::Refusal { text: "c".into() },
        Part::Text { text: "bare".into() },
        call(Some("1"), "f", json!({"x": 1})),
        call(None, "f", json!("not json {")),
        result("1", json!([1])),
        call(Some("2"), "web_search", json!({"type": "web_search"})),
        result("2", json!({"hits": 3})),
        media("image", Some("image/png"), "data:image/png;base64,aGk="),
        media("audio", None, "https://example.org/a.mp3"),
        media("file", None, "file-1"),
        Part::Text { text: "gemini".into() },
        call(None, "g", json!({"y": 2})),
        result("g", json!({"z": 3})),
        media("image", Some("image/jpeg"), "data:image/jpeg;base64,aGk="),
        call(Some("3"), "h", json!({})),
        media("image", None, "https://example.org/i.png"),
        Part::Reasoning { text: "hm".into() },
        Part::Other { value: json!({"type": "brand_new", "field": 1}) },
        Part::Other { value: json!(42) },
    ];
    let as_text = with(json!({"gen_ai.input.messages": messages.to_string()}));
    let as_structure = with(json!({"gen_ai.input.messages": messages}));
    assert_eq!(as_text.payload.input.as_ref().unwrap()[0].parts, expected);
    assert_eq!(as_structure.payload.input, as_text.payload.input);
    assert_eq!(as_text.payload.originals["gen_ai.input.messages"], messages.to_string());
}

#[test]
fn system_instructions_are_parts_or_text() {
    for instructions in
        [json!([{"type": "text", "content": "Be brief."}]), json!("[{\"type\": \"text\", \"content\": \"Be brief.\"}]"), json!("Be brief.")]
    {
        let system = with(json!({"gen_ai.system_instructions": instructions})).payload.system.unwrap();
        assert_eq!((system.len(), system[0].role.as_str(), text(&system[0].parts[0])), (1, "system", "Be brief."));
    }
}

#[test]
fn tool_spans_show_the_call_and_its_result() {
    let span = with(json!({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": "{\"q\": \"cats\"}", "gen_ai.tool.call.result": "three cats", "gen_ai.tool.type": "function",
    }));
    assert_eq!((span.kind, span.tool.as_deref()), (SpanKind::Tool, Some("search")));
    let arguments = json!({"q": "cats"});
    assert_eq!(
        span.payload.input.unwrap()[0].parts,
        [Part::ToolCall { id: Some("c1".into()), name: "search".into(), arguments: arguments.clone() }]
    );
    assert_eq!(span.payload.output.unwrap()[0].parts, [Part::ToolResult { id: Some("c1".into()), result: json!("three cats") }]);
    assert_eq!(span.payload.attributes, [("gen_ai.tool.type".to_owned(), json!("function"))].into());
    let marker = &span.payload.originals["gen_ai.tool.call.arguments"];
    assert_eq!(protocol::regenerate_value(&arguments, marker).unwrap(), "{\"q\": \"cats\"}");
}

#[test]
fn retrievals_show_query_and_documents() {
    let span = with(json!({
        "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.query.text": "cats", "gen_ai.retrieval.documents": "[{\"id\":\"1\"}]",
        "gen_ai.data_source.id": "kb",
    }));
    assert_eq!(span.kind, SpanKind::Retrieval);
    assert_eq!(text(&span.payload.input.unwrap()[0].parts[0]), "cats");
    assert_eq!(span.payload.output.unwrap()[0].parts, [Part::ToolResult { id: None, result: json!([{"id": "1"}]) }]);
}

#[test]
fn kinds_follow_the_operation_and_containers_are_not_billed() {
    for (operation, kind) in [
        ("chat", SpanKind::Llm),
        ("text_completion", SpanKind::Llm),
        ("embeddings", SpanKind::Embedding),
        ("invoke_agent", SpanKind::Agent),
        ("invoke_workflow", SpanKind::Chain),
        ("guardrail_check", SpanKind::Guardrail),
        ("unheard_of", SpanKind::Llm),
    ] {
        let span = with(json!({"gen_ai.operation.name": operation, "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 5}));
        assert_eq!((span.kind, span.billed), (kind, kind.is_request()), "{operation}");
        assert_eq!(span.usage.input_tokens, Some(5));
    }
    assert_eq!(with(json!({"mcp.method.name": "tools/call", "gen_ai.tool.name": "t"})).kind, SpanKind::Tool);
}

#[test]
fn a_span_without_gen_ai_attributes_keeps_all_of_them() {
    let span =
        with(json!({"http.request.method": "GET", "http.response.status_code": 200, "input.value": "{\"a\": 1}", "session.id": "s"}));
    assert_eq!((span.kind, span.source.convention.as_str()), (SpanKind::Other, "otlp"));
    assert_eq!(
        serde_json::to_value(&span.payload.attributes).unwrap(),
        json!({"http.request.method": "GET", "http.response.status_code": 200})
    );
    assert_eq!(text(&span.payload.input.unwrap()[0].parts[0]), "{\"a\": 1}");
    assert_eq!(span.session_id.as_deref(), Some("s"));
}

#[test]
fn usage_details_of_every_name_land_in_their_bucket() {
    let span = with(json!({
        "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1080, "gen_ai.usage.output_tokens": 25,
        "gen_ai.usage.cache_read.input_tokens": 1000, "gen_ai.usage.cache_creation.input_tokens": 50,
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 40, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 10,
        "gen_ai.usage.reasoning_tokens": 5, "gen_ai.usage.audio.output_tokens": 3,
    }));
    let buckets = span.usage.buckets;
    assert_eq!((buckets.input_uncached, buckets.cache_read), (Some(30), Some(1000)));
    assert_eq!((buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown), (Some(40), Some(10), None));
    assert_eq!((buckets.output_text, buckets.output_reasoning, buckets.output_audio), (Some(17), Some(5), Some(3)));
    assert_eq!((span.usage.input_tokens, span.usage.output_tokens), (Some(1080), Some(25)));
    assert!(span.quality.is_empty() && span.payload.attributes.is_empty());
}

#[test]
fn parameters_timing_cost_and_prompt_are_read() {
    let span = with(json!({
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.request.temperature": 0.5, "gen_ai.request.stop_sequences": ["a"],
        "gen_ai.response.time_to_first_chunk": 0.25, "operation.cost": 0.010975, "gen_ai.prompt.name": "greet", "gen_ai.prompt.version": 3,
        "gen_ai.conversation.id": "c", "session.id": "other", "enduser.id": "u", "gen_ai.response.finish_reasons": "[\"stop\"]",
    }));
    assert_eq!(serde_json::to_value(&span.payload.model_parameters).unwrap(), json!({"stop_sequences": ["a"], "temperature": 0.5}));
    assert_eq!(span.time_to_first_token_ms, Some(250.0));
    assert_eq!(span.cost.reported_usd.unwrap().to_string(), "0.010975");
    assert_eq!((span.prompt_name.as_deref(), span.prompt_version.as_deref()), (Some("greet"), Some("3")));
    assert_eq!((span.session_id.as_deref(), span.user_id.as_deref()), (Some("c"), Some("u")));
    assert_eq!(span.payload.attributes["session.id"], "other", "a session that differs from the conversation is kept");
    assert_eq!(span.finish_reasons, ["stop"]);
}

#[test]
fn errors_come_from_attribute_status_or_exception() {
    let exception = json!([["exception", {"exception.type": "TimeoutError", "exception.message": "too slow"}]]);
    let attribute = span(json!({"error.type": "rate_limit"}), exception.clone());
    assert_eq!((attribute.status, attribute.error_type.as_deref()), (Status::Error, Some("rate_limit")));
    assert_eq!(attribute.error_message.as_deref(), Some("too slow"));
    // A caught exception of a span that went well is no error.
    let handled = span(json!({"gen_ai.operation.name": "chat"}), exception);
    assert_eq!((handled.status, handled.error_type), (Status::Unset, None));
}
