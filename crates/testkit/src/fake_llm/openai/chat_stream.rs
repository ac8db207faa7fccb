//! A chat completion in pieces.

use super::{
    DONE,
    answers::{TOOL_CALL_ID, chat_usage, response_model, tool_to_call},
};
use crate::fake_llm::said::{CREATED, WORDS_BEFORE_BREAK, breaks_off, new_id, words};
use serde_json::{Value, json};

/// The data of every event, in order. Usage comes in a last chunk when the request asks for it, as the provider does.
pub(super) fn events(request: &Value) -> Vec<String> {
    let wants_usage = request["stream_options"]["include_usage"].as_bool().unwrap_or(false);
    let (id, model) = (new_id("chatcmpl-"), response_model(request));
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": id, "object": "chat.completion.chunk", "created": CREATED, "model": model,
            "system_fingerprint": "fp_test", "service_tier": "default", "choices": choices,
        });
        if wants_usage {
            chunk["usage"] = usage;
        }
        chunk.to_string()
    };
    let delta = |delta: Value, finish_reason: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
        chunk(json!([choice]), Value::Null)
    };
    let mut events = Vec::new();
    match tool_to_call(request) {
        Some((name, arguments)) => {
            events.push(delta(json!({"role": "assistant", "content": null, "refusal": null}), None));
            let start = json!({"index": 0, "id": TOOL_CALL_ID, "type": "function", "function": {"name": name, "arguments": ""}});
            events.push(delta(json!({"tool_calls": [start]}), None));
            let (head, tail) = arguments.split_at(arguments.floor_char_boundary(arguments.len() / 2));
            for piece in [head, tail] {
                events.push(delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}), None));
            }
            events.push(delta(json!({}), Some("tool_calls")));
        }
        None => {
            events.push(delta(json!({"role": "assistant", "content": "", "refusal": null}), None));
            let mut deltas = words().map(|word| delta(json!({"content": word}), None));
            if breaks_off(&model) {
                events.extend(deltas.take(WORDS_BEFORE_BREAK));
                let error = json!({"message": "the stream broke off", "type": "server_error", "param": null, "code": null});
                events.push(json!({"error": error}).to_string());
                return events;
            }
            events.extend(&mut deltas);
            events.push(delta(json!({}), Some("stop")));
        }
    }
    if wants_usage {
        events.push(chunk(json!([]), chat_usage()));
    }
    events.push(DONE.to_owned());
    events
}
