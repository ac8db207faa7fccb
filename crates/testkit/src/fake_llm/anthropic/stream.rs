//! A message in pieces.

use super::answers::{blocks, final_usage, started, stop_reason, tool_to_call};
use crate::fake_llm::said::{WORDS_BEFORE_BREAK, breaks_off};
use serde_json::{Value, json};

/// Every event with its `type`: the input side of the usage comes first, all of it again at the end.
pub(super) fn events(request: &Value) -> Vec<Value> {
    let mut events = vec![json!({"type": "message_start", "message": started(request)}), json!({"type": "ping"})];
    let arguments = tool_to_call(request).map(|(_, arguments)| arguments).unwrap_or_default();
    let is_broken = breaks_off(request["model"].as_str().unwrap_or_default());
    for (index, block) in blocks(request).iter().enumerate() {
        let (opened, deltas) = pieces(block, &arguments);
        events.push(json!({"type": "content_block_start", "index": index, "content_block": opened}));
        let count = if is_broken { WORDS_BEFORE_BREAK } else { usize::MAX };
        events.extend(deltas.into_iter().take(count).map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})));
        if is_broken {
            let error = json!({"type": "overloaded_error", "message": "the stream broke off"});
            events.push(json!({"type": "error", "error": error}));
            return events;
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let delta = json!({"stop_reason": stop_reason(request), "stop_sequence": null});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": final_usage(request)}));
    events.push(json!({"type": "message_stop"}));
    events
}

/// A block as it is opened, and what is then added to it.
fn pieces(block: &Value, arguments: &str) -> (Value, Vec<Value>) {
    let text = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
    match block["type"].as_str() {
        Some("thinking") => {
            let deltas = vec![
                json!({"type": "thinking_delta", "thinking": text("thinking")}),
                json!({"type": "signature_delta", "signature": text("signature")}),
            ];
            (json!({"type": "thinking", "thinking": "", "signature": ""}), deltas)
        }
        Some("tool_use") => {
            let (head, tail) = arguments.split_at(arguments.floor_char_boundary(arguments.len() / 2));
            let deltas = ["", head, tail].map(|piece| json!({"type": "input_json_delta", "partial_json": piece}));
            (json!({"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}), deltas.to_vec())
        }
        _ => {
            let words = text("text");
            let deltas = words.split_inclusive(' ').map(|word| json!({"type": "text_delta", "text": word})).collect();
            (json!({"type": "text", "text": ""}), deltas)
        }
    }
}
