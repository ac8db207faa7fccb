//! Whole answers.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the fake always says.
pub(super) const ANSWER: &str = "Hello, the weather in Paris is sunny.";
/// The arguments of every tool call.
pub(super) const TOOL_ARGUMENTS: &str = r#"{"city":"Paris"}"#;
pub(super) const TOOL_CALL_ID: &str = "call_abc123";
/// 2026-01-31T10:00:00Z
pub(super) const CREATED: u64 = 1_769_853_600;

pub(super) fn new_id(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{prefix}{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Providers answer with the dated name of a model.
pub(super) fn response_model(request: &Value) -> String {
    match request["model"].as_str().unwrap_or_default() {
        "gpt-4o-mini" => "gpt-4o-mini-2024-07-18".to_owned(),
        "gpt-4o" => "gpt-4o-2024-08-06".to_owned(),
        other => other.to_owned(),
    }
}

/// The tool to call: the first one offered, unless the last message already is a tool's result.
pub(super) fn tool_to_call(request: &Value) -> Option<&str> {
    let last_role = request["messages"].as_array().and_then(|messages| messages.last()).and_then(|message| message["role"].as_str());
    let name = request["tools"][0]["function"]["name"].as_str();
    name.filter(|_| last_role != Some("tool"))
}

pub(super) fn chat_usage() -> Value {
    json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 8, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    })
}

pub(super) fn chat(request: &Value) -> Value {
    let (message, finish_reason) = match tool_to_call(request) {
        Some(name) => {
            let call = json!({"id": TOOL_CALL_ID, "type": "function", "function": {"name": name, "arguments": TOOL_ARGUMENTS}});
            (json!({"role": "assistant", "content": null, "refusal": null, "annotations": [], "tool_calls": [call]}), "tool_calls")
        }
        None => (json!({"role": "assistant", "content": ANSWER, "refusal": null, "annotations": []}), "stop"),
    };
    json!({
        "id": new_id("chatcmpl-"), "object": "chat.completion", "created": CREATED, "model": response_model(request),
        "system_fingerprint": "fp_test", "service_tier": "default",
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason}],
        "usage": chat_usage(),
    })
}

pub(super) fn response(request: &Value) -> Value {
    let text = json!({"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []});
    json!({
        "id": new_id("resp_"), "object": "response", "created_at": CREATED, "status": "completed", "model": response_model(request),
        "error": null, "incomplete_details": null, "instructions": null, "metadata": {}, "parallel_tool_calls": true, "tool_choice": "auto",
        "tools": [], "temperature": 1.0, "top_p": 1.0,
        "output": [{"type": "message", "id": new_id("msg_"), "role": "assistant", "status": "completed", "content": [text]}],
        "usage": {
            "input_tokens": 100, "input_tokens_details": {"cached_tokens": 64},
            "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 8}, "total_tokens": 120,
        },
    })
}

pub(super) fn embeddings(request: &Value) -> Value {
    let count = request["input"].as_array().map_or(1, Vec::len);
    let data: Vec<Value> =
        (0..count).map(|index| json!({"object": "embedding", "index": index, "embedding": [0.1, 0.2, 0.3, 0.4]})).collect();
    json!({"object": "list", "model": response_model(request), "data": data, "usage": {"prompt_tokens": 16, "total_tokens": 16}})
}
