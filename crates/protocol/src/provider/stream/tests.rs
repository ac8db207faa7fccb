use super::*;
use model::telemetry::{Message, Part};
use serde_json::json;

fn events(events: &[Value]) -> String {
    events.iter().map(|event| format!("event: {}\r\ndata: {event}\r\n\r\n", event["type"].as_str().unwrap_or("message"))).collect()
}

/// Reads a stream cut into pieces of every size from one byte on, and all at once: the answer must be the same.
#[track_caller]
fn read_with(make: fn() -> StreamReader, text: &str) -> Streamed {
    let all_at_once = {
        let mut reader = make();
        reader.feed(text.as_bytes());
        reader.finish()
    };
    for piece in [1, 3, 50] {
        let mut reader = make();
        text.as_bytes().chunks(piece).for_each(|piece| {
            reader.feed(piece);
        });
        assert_eq!(reader.finish().response, all_at_once.response, "cut by {piece}");
    }
    all_at_once
}

fn read(text: &str) -> (ProviderResponse, bool) {
    let streamed = read_with(StreamReader::of_events, text);
    assert!(!streamed.is_truncated);
    (streamed.response.unwrap(), streamed.is_complete)
}

fn chunk(delta: Value, finish_reason: Option<&str>) -> Value {
    let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
    json!({"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], "usage": null})
}

fn text(message: &Message) -> &[Part] {
    &message.parts
}

#[test]
fn chat_completions_with_tools_and_usage() {
    let call = |fields: Value| chunk(json!({"tool_calls": [fields]}), None);
    let stream = events(&[
        chunk(json!({"role": "assistant", "content": null}), None),
        chunk(json!({"reasoning_content": "let me "}), None),
        chunk(json!({"reasoning_content": "see"}), None),
        chunk(json!({"content": "Hello, "}), None),
        chunk(json!({"content": "Paris"}), None),
        call(json!({"index": 0, "id": "t1", "type": "function", "function": {"name": "a", "arguments": ""}})),
        call(json!({"index": 0, "function": {"arguments": "{\"x\":"}})),
        call(json!({"index": 1, "id": "t2", "type": "function", "function": {"name": "b", "arguments": "{}"}})),
        call(json!({"index": 0, "function": {"arguments": "1}"}})),
        chunk(json!({}), Some("tool_calls")),
        json!({"id": "c1", "model": "m", "choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 64}}}),
    ]) + "data: [DONE]\n\n";
    let (response, is_complete) = read(&stream);
    assert!(is_complete);
    let expected = [
        Part::Reasoning { text: "let me see".into() },
        Part::Text { text: "Hello, Paris".into() },
        Part::ToolCall { id: Some("t1".into()), name: "a".into(), arguments: json!({"x": 1}) },
        Part::ToolCall { id: Some("t2".into()), name: "b".into(), arguments: json!({}) },
    ];
    assert_eq!((text(&response.output[0]), response.output[0].role.as_str()), (&expected[..], "assistant"));
    assert_eq!((response.id.as_deref(), &response.finish_reasons[..]), (Some("c1"), &["tool_calls".to_owned()][..]));
    assert_eq!(response.usage.unwrap().usage.buckets.input_uncached, Some(36));
    assert!(response.attributes.is_empty(), "{:?}", response.attributes);
}

#[test]
fn the_first_content_is_not_the_first_event() {
    let fed = |events_before: &[Value], content: Value| {
        let mut reader = StreamReader::of_events();
        assert!(!reader.feed(events(events_before).as_bytes()), "{events_before:?}");
        assert!(reader.feed(events(std::slice::from_ref(&content)).as_bytes()), "{content}");
    };
    fed(&[chunk(json!({"role": "assistant", "content": "", "refusal": null}), None)], chunk(json!({"content": "H"}), None));
    fed(&[chunk(json!({"role": "assistant", "content": null}), None)], chunk(json!({"tool_calls": [{"index": 0}]}), None));
    let start = json!({"type": "message_start", "message": {"id": "m"}});
    let open = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}});
    let thinking = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}});
    fed(&[start.clone(), json!({"type": "ping"}), open], thinking);
    fed(
        &[start],
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "w", "input": {}}}),
    );
    let created = json!({"type": "response.created", "response": {"id": "r"}});
    let added = json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}});
    fed(&[created, added], json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "H"}));
    fed(&[json!({"usageMetadata": {}})], json!({"candidates": [{"content": {"parts": [{"text": "H"}]}}]}));
}

fn anthropic_events() -> Vec<Value> {
    let block = |index: u64, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let delta = |index: u64, delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    vec![
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [], "stop_reason": null,
            "usage": {"input_tokens": 30, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000, "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10}, "output_tokens": 1}}}),
        json!({"type": "ping"}),
        block(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, json!({"type": "thinking_delta", "thinking": "hm"})),
        delta(0, json!({"type": "signature_delta", "signature": "x"})),
        block(1, json!({"type": "text", "text": ""})),
        delta(1, json!({"type": "text_delta", "text": "Let me "})),
        delta(1, json!({"type": "text_delta", "text": "check."})),
        block(2, json!({"type": "tool_use", "id": "t1", "name": "w", "input": {}})),
        delta(2, json!({"type": "input_json_delta", "partial_json": ""})),
        delta(2, json!({"type": "input_json_delta", "partial_json": "{\"city\": "})),
        delta(2, json!({"type": "input_json_delta", "partial_json": "\"Paris\"}"})),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"input_tokens": 30, "cache_read_input_tokens": null, "output_tokens": 25, "server_tool_use": {"web_search_requests": 1}}}),
        json!({"type": "message_stop"}),
    ]
}

#[test]
fn anthropic_counts_replace_and_pieces_add_up() {
    let (response, is_complete) = read(&events(&anthropic_events()));
    assert!(is_complete);
    let expected = [
        Part::Reasoning { text: "hm".into() },
        Part::Text { text: "Let me check.".into() },
        Part::ToolCall { id: Some("t1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) },
    ];
    assert_eq!(text(&response.output[0]), expected);
    let usage = response.usage.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.buckets.web_searches), (Some(1080), Some(25), Some(1)));
    assert_eq!((usage.buckets.cache_write_5m, usage.buckets.cache_write_1h), (Some(40), Some(10)));
}

#[test]
fn a_stream_that_breaks_off_keeps_what_came() {
    let all = anthropic_events();
    let (response, is_complete) = read(&events(&all[..8]));
    assert!(!is_complete);
    assert_eq!(text(&response.output[0])[1], Part::Text { text: "Let me check.".into() });
    assert_eq!(response.usage.unwrap().usage.input_tokens, Some(1080));
    let mut failed = all[..8].to_vec();
    failed.push(json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}));
    let (response, is_complete) = read(&events(&failed));
    assert_eq!((is_complete, response.error.unwrap().kind.as_deref()), (true, Some("overloaded_error")));
    let chat = events(&[chunk(json!({"content": "Hel"}), None), json!({"error": {"message": "broke", "type": "server_error"}})]);
    let (response, _) = read(&chat);
    assert_eq!(
        (text(&response.output[0]), response.error.unwrap().message.as_deref()),
        (&[Part::Text { text: "Hel".into() }][..], Some("broke"))
    );
    let (response, _) = read(&events(&[json!({"error": {"message": "at once", "code": 503, "status": "UNAVAILABLE"}})]));
    assert_eq!(response.error.unwrap().kind.as_deref(), Some("UNAVAILABLE"));
}

fn response_events() -> Vec<Value> {
    vec![
        json!({"type": "response.created", "response": {"id": "r1", "object": "response", "status": "in_progress", "model": "gpt", "output": [], "usage": null}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "id": "rs", "summary": []}}),
        json!({"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "hm"}),
        json!({"type": "response.output_item.added", "output_index": 1, "item": {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}}),
        json!({"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "Hello, "}),
        json!({"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "Paris"}),
        json!({"type": "response.output_item.added", "output_index": 2, "item": {"type": "function_call", "call_id": "c1", "name": "w", "arguments": ""}}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{\"a\":"}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "1}"}),
    ]
}

#[test]
fn responses_end_with_the_whole_answer_or_are_put_together() {
    let (partial, is_complete) = read(&events(&response_events()));
    let expected = [
        Part::Reasoning { text: "hm".into() },
        Part::Text { text: "Hello, Paris".into() },
        Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!({"a": 1}) },
    ];
    assert_eq!((text(&partial.output[0]), partial.id.as_deref(), is_complete), (&expected[..], Some("r1"), false));
    assert!(partial.finish_reasons.is_empty());

    let mut all = response_events();
    let content = json!([{"type": "output_text", "text": "Hello, Paris!", "annotations": []}]);
    all.push(json!({"type": "response.completed", "response": {"id": "r1", "object": "response", "status": "completed", "model": "gpt", "error": null,
        "output": [{"type": "message", "role": "assistant", "content": content}],
        "usage": {"input_tokens": 100, "output_tokens": 20, "input_tokens_details": {"cached_tokens": 64}, "output_tokens_details": {"reasoning_tokens": 8}}}}));
    let (whole, is_complete) = read(&events(&all));
    assert_eq!((text(&whole.output[0]), is_complete), (&[Part::Text { text: "Hello, Paris!".into() }][..], true));
    assert_eq!(whole.usage.unwrap().usage.buckets.output_text, Some(12));
}

fn gemini_chunks() -> Vec<Value> {
    let chunk = |part: Value, total: u64| {
        json!({"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}], "modelVersion": "g", "responseId": "r",
            "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": total - 108, "thoughtsTokenCount": 8, "totalTokenCount": total}})
    };
    let mut last = chunk(json!({"functionCall": {"name": "w", "args": {"a": 1}}}), 120);
    last["candidates"][0]["finishReason"] = json!("STOP");
    vec![
        chunk(json!({"text": "hm", "thought": true}), 109),
        chunk(json!({"text": "Hello, "}), 112),
        chunk(json!({"text": "Paris"}), 115),
        last,
    ]
}

#[test]
fn gemini_in_both_framings() {
    let as_list = serde_json::to_string_pretty(&gemini_chunks()).unwrap();
    let list = read_with(StreamReader::of_json_list, &as_list);
    let (from_events, is_complete) = read(&events(&gemini_chunks()));
    assert_eq!((list.response.as_ref(), list.is_complete, is_complete), (Some(&from_events), true, true));
    let expected = [
        Part::Reasoning { text: "hm".into() },
        Part::Text { text: "Hello, Paris".into() },
        Part::ToolCall { id: None, name: "w".into(), arguments: json!({"a": 1}) },
    ];
    assert_eq!((text(&from_events.output[0]), from_events.output[0].role.as_str()), (&expected[..], "assistant"));
    assert_eq!(from_events.usage.unwrap().usage.total_tokens, Some(120));
}

#[test]
fn content_beyond_the_bound_is_left_out_and_counts_are_still_read() {
    let mut reader = StreamReader::of_events();
    let big = chunk(json!({"content": "x".repeat(1 << 20)}), None);
    for _ in 0..20 {
        reader.feed(events(std::slice::from_ref(&big)).as_bytes());
        assert!(reader.held_bytes() < MAX_KEPT_BYTES + (4 << 20));
    }
    reader.feed(events(&[json!({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}})]).as_bytes());
    let streamed = reader.finish();
    assert!(streamed.is_truncated);
    assert_eq!(streamed.response.unwrap().usage.unwrap().usage.output_tokens, Some(2));
}

#[test]
fn what_is_missing_is_noted_and_the_rest_read() {
    let mut reader = StreamReader::of_events();
    reader.feed(events(&[chunk(json!({"content": "a"}), None)]).as_bytes());
    reader.feed(b"data: {\"choi");
    reader.skip();
    reader.feed(b"ces\": []}\n\n");
    reader.feed(events(&[chunk(json!({"content": "b"}), Some("stop"))]).as_bytes());
    let streamed = reader.finish();
    assert!(streamed.is_truncated && streamed.is_complete);
    assert_eq!(text(&streamed.response.unwrap().output[0]), [Part::Text { text: "ab".into() }]);
}

#[test]
fn nonsense_is_no_answer() {
    for text in ["", "data: hello\n\n", "data: {\"a\": 1}\n\n", "data: [1]\n\n", "<html>\n\n", "data: {\"type\": \"message_stop\"}\n\n"] {
        let mut reader = StreamReader::of_events();
        assert!(!reader.feed(text.as_bytes()));
        let response = reader.finish().response;
        assert!(
            response.is_none_or(|response| response.usage.is_none() && response.output.iter().all(|message| message.parts.is_empty())),
            "{text}"
        );
    }
}
