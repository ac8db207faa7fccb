//! Whole messages, and what the streamed ones share with them.

use crate::fake_llm::said::{ANSWER, Call, THOUGHT, new_id, tool_call};
use serde_json::{Value, json};

pub(super) const INPUT_TOKENS: u64 = 30;
pub(super) const OUTPUT_TOKENS: u64 = 25;
const THINKING_TOKENS: u64 = 8;
/// Said before a tool is called.
pub(super) const BEFORE_CALL: &str = "Let me check.";
pub(super) const TOOL_CALL_ID: &str = "toolu_abc123";
const SIGNATURE: &str = "c2lnbmF0dXJl";

pub(super) fn message(request: &Value) -> Value {
    let mut message = started(request);
    message["content"] = json!(blocks(request));
    message["stop_reason"] = json!(stop_reason(request));
    message["usage"] = final_usage(request);
    message
}

/// A message before its first word: what `message_start` carries.
pub(super) fn started(request: &Value) -> Value {
    let mut usage = input_usage();
    usage["output_tokens"] = json!(1);
    usage["service_tier"] = json!("standard");
    usage["inference_geo"] = json!("us");
    json!({
        "id": new_id("msg_"), "type": "message", "role": "assistant", "model": request["model"], "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage,
    })
}

pub(super) fn blocks(request: &Value) -> Vec<Value> {
    let mut blocks = Vec::new();
    if matches!(request["thinking"]["type"].as_str(), Some("enabled" | "adaptive")) {
        blocks.push(json!({"type": "thinking", "thinking": THOUGHT, "signature": SIGNATURE}));
    }
    match tool_to_call(request) {
        Some((name, arguments)) => {
            let input: Value = serde_json::from_str(&arguments).unwrap_or_default();
            blocks.push(json!({"type": "text", "text": BEFORE_CALL}));
            blocks.push(json!({"type": "tool_use", "id": TOOL_CALL_ID, "name": name, "input": input}));
        }
        None => blocks.push(json!({"type": "text", "text": ANSWER})),
    }
    blocks
}

pub(super) fn stop_reason(request: &Value) -> &'static str {
    if tool_to_call(request).is_some() { "tool_use" } else { "end_turn" }
}

/// The counts of the whole answer: a stream's `message_delta` repeats those of the input.
pub(super) fn final_usage(request: &Value) -> Value {
    let mut usage = input_usage();
    usage["output_tokens"] = json!(OUTPUT_TOKENS);
    usage["server_tool_use"] = json!({"web_search_requests": 1, "web_fetch_requests": 0});
    usage["service_tier"] = json!("standard");
    usage["inference_geo"] = json!("us");
    if request["thinking"].is_object() {
        usage["output_tokens_details"] = json!({"thinking_tokens": THINKING_TOKENS});
    }
    usage
}

fn input_usage() -> Value {
    json!({
        "input_tokens": INPUT_TOKENS, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000,
        "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10},
    })
}

/// A tool of the caller's own (server tools have a dated type), unless the last message holds a tool's result.
pub(super) fn tool_to_call(request: &Value) -> Option<Call> {
    let last = request["messages"].as_array().and_then(|messages| messages.last());
    let is_answered = last
        .and_then(|message| message["content"].as_array())
        .is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "tool_result"));
    let own = request["tools"].as_array()?.iter().filter(|tool| tool["input_schema"].is_object());
    let offered: Vec<&str> = own.filter_map(|tool| tool["name"].as_str()).collect();
    tool_call(request, &offered).filter(|_| !is_answered)
}
