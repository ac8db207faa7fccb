//! The Responses API, whole and streamed.

use super::answers::{TOOL_CALL_ID, response_model};
use crate::fake_llm::said::{ANSWER, CREATED, Call, THOUGHT, WORDS_BEFORE_BREAK, breaks_off, new_id, tool_call, words};
use serde_json::{Value, json};

pub(super) fn whole(request: &Value) -> Value {
    finished(request, &new_id("resp_"), output_items(request))
}

/// Every event with its `type`, numbered.
pub(super) fn events(request: &Value) -> Vec<Value> {
    let id = new_id("resp_");
    let model = response_model(request);
    let mut events = vec![
        json!({"type": "response.created", "response": started(request, &id)}),
        json!({"type": "response.in_progress", "response": started(request, &id)}),
    ];
    let items = output_items(request);
    for (index, item) in items.iter().enumerate() {
        match item["type"].as_str() {
            Some("message") => {
                let is_broken = message_events(index, item, &model, &mut events);
                if is_broken {
                    events.push(json!({"type": "error", "code": "server_error", "message": "the stream broke off", "param": null}));
                    return numbered(events);
                }
            }
            Some("function_call") => call_events(index, item, &mut events),
            _ => reasoning_events(index, item, &mut events),
        }
    }
    events.push(json!({"type": "response.completed", "response": finished(request, &id, items)}));
    numbered(events)
}

fn numbered(mut events: Vec<Value>) -> Vec<Value> {
    events.iter_mut().enumerate().for_each(|(number, event)| event["sequence_number"] = json!(number));
    events
}

fn output_items(request: &Value) -> Vec<Value> {
    let mut items = Vec::new();
    if request["reasoning"].is_object() {
        let summary = json!([{"type": "summary_text", "text": THOUGHT}]);
        items.push(json!({"type": "reasoning", "id": new_id("rs_"), "summary": summary}));
    }
    items.push(match tool_to_call(request) {
        Some((name, arguments)) => json!({
            "type": "function_call", "id": new_id("fc_"), "call_id": TOOL_CALL_ID, "name": name, "arguments": arguments, "status": "completed",
        }),
        None => {
            let text = json!({"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []});
            json!({"type": "message", "id": new_id("msg_"), "role": "assistant", "status": "completed", "content": [text]})
        }
    });
    items
}

/// A function of those offered, unless the last input already is its result.
fn tool_to_call(request: &Value) -> Option<Call> {
    let last = request["input"].as_array().and_then(|items| items.last());
    let is_answered = last.is_some_and(|item| item["type"] == "function_call_output");
    let functions = request["tools"].as_array()?.iter().filter(|tool| tool["type"] == "function");
    let offered: Vec<&str> = functions.filter_map(|tool| tool["name"].as_str()).collect();
    tool_call(request, &offered).filter(|_| !is_answered)
}

/// Tells whether the stream breaks off here.
fn message_events(index: usize, item: &Value, model: &str, events: &mut Vec<Value>) -> bool {
    let place = |kind: &str, more: Value| {
        let mut event = json!({"type": kind, "output_index": index, "item_id": item["id"], "content_index": 0});
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        event
    };
    let mut opened = item.clone();
    opened["status"] = json!("in_progress");
    opened["content"] = json!([]);
    events.push(json!({"type": "response.output_item.added", "output_index": index, "item": opened}));
    let empty = json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []});
    events.push(place("response.content_part.added", json!({"part": empty})));
    let deltas = words().map(|word| place("response.output_text.delta", json!({"delta": word, "logprobs": []})));
    if breaks_off(model) {
        events.extend(deltas.take(WORDS_BEFORE_BREAK));
        return true;
    }
    events.extend(deltas);
    events.push(place("response.output_text.done", json!({"text": ANSWER, "logprobs": []})));
    events.push(place("response.content_part.done", json!({"part": item["content"][0]})));
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    false
}

fn call_events(index: usize, item: &Value, events: &mut Vec<Value>) {
    let mut opened = item.clone();
    opened["status"] = json!("in_progress");
    opened["arguments"] = json!("");
    events.push(json!({"type": "response.output_item.added", "output_index": index, "item": opened}));
    let arguments = item["arguments"].as_str().unwrap_or_default();
    let (head, tail) = arguments.split_at(arguments.floor_char_boundary(arguments.len() / 2));
    for piece in [head, tail] {
        events
            .push(json!({"type": "response.function_call_arguments.delta", "output_index": index, "item_id": item["id"], "delta": piece}));
    }
    let (id, name) = (&item["id"], &item["name"]);
    events.push(json!({
        "type": "response.function_call_arguments.done", "output_index": index, "item_id": id, "name": name, "arguments": arguments,
    }));
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
}

fn reasoning_events(index: usize, item: &Value, events: &mut Vec<Value>) {
    let place = json!({"output_index": index, "item_id": item["id"], "summary_index": 0});
    let event = |kind: &str, name: &str, value: Value| {
        let mut event = place.clone();
        event["type"] = json!(kind);
        event[name] = value;
        event
    };
    let opened = json!({"type": "reasoning", "id": item["id"], "summary": []});
    events.push(json!({"type": "response.output_item.added", "output_index": index, "item": opened}));
    events.push(event("response.reasoning_summary_part.added", "part", json!({"type": "summary_text", "text": ""})));
    events.push(event("response.reasoning_summary_text.delta", "delta", json!(THOUGHT)));
    events.push(event("response.reasoning_summary_text.done", "text", json!(THOUGHT)));
    events.push(event("response.reasoning_summary_part.done", "part", item["summary"][0].clone()));
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
}

fn started(request: &Value, id: &str) -> Value {
    json!({
        "id": id, "object": "response", "created_at": CREATED, "status": "in_progress", "model": response_model(request),
        "error": null, "incomplete_details": null, "instructions": request["instructions"], "max_output_tokens": null, "metadata": {},
        "output": [], "parallel_tool_calls": true, "previous_response_id": null, "reasoning": {"effort": null, "summary": null},
        "service_tier": "default", "store": true, "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto",
        "tools": [], "top_p": 1.0, "truncation": "disabled", "usage": null, "user": null,
    })
}

fn finished(request: &Value, id: &str, output: Vec<Value>) -> Value {
    let mut response = started(request, id);
    response["status"] = json!("completed");
    response["output"] = json!(output);
    response["usage"] = json!({
        "input_tokens": 100, "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0},
        "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 8}, "total_tokens": 120,
    });
    response
}
