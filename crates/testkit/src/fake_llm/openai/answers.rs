//! Whole answers, and what the streamed ones share with them.

use crate::fake_llm::said::{ANSWER, CREATED, Call, new_id, tool_call};
use serde_json::{Value, json};

pub(super) const TOOL_CALL_ID: &str = "call_abc123";

/// Providers answer with the dated name of a model.
pub(super) fn response_model(request: &Value) -> String {
    match request["model"].as_str().unwrap_or_default() {
        "gpt-4o-mini" => "gpt-4o-mini-2024-07-18".to_owned(),
        "gpt-4o" => "gpt-4o-2024-08-06".to_owned(),
        other => other.to_owned(),
    }
}

/// The tool to call, unless the last message already is a tool's result.
pub(super) fn tool_to_call(request: &Value) -> Option<Call> {
    let last_role = request["messages"].as_array().and_then(|messages| messages.last()).and_then(|message| message["role"].as_str());
    let offered: Vec<&str> = request["tools"].as_array()?.iter().filter_map(|tool| tool["function"]["name"].as_str()).collect();
    tool_call(request, &offered).filter(|_| last_role != Some("tool"))
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
        Some((name, arguments)) => {
            let call = json!({"id": TOOL_CALL_ID, "type": "function", "function": {"name": name, "arguments": arguments}});
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

pub(super) fn completion(request: &Value) -> Value {
    json!({
        "id": new_id("cmpl-"), "object": "text_completion", "created": CREATED, "model": response_model(request),
        "choices": [{"index": 0, "text": ANSWER, "logprobs": null, "finish_reason": "stop"}], "usage": chat_usage(),
    })
}

/// 0.5, 0.25, -1 and 2 as little-endian 32-bit floats.
const VECTOR_BASE64: &str = "AAAAPwAAgD4AAIC/AAAAQA==";

pub(super) fn embeddings(request: &Value) -> Value {
    let count = request["input"].as_array().map_or(1, Vec::len);
    let vector = if request["encoding_format"] == "base64" { json!(VECTOR_BASE64) } else { json!([0.5, 0.25, -1.0, 2.0]) };
    let data: Vec<Value> = (0..count).map(|index| json!({"object": "embedding", "index": index, "embedding": vector})).collect();
    json!({"object": "list", "model": response_model(request), "data": data, "usage": {"prompt_tokens": 16, "total_tokens": 16}})
}
