//! Whole answers, and the same in pieces.

use crate::fake_llm::said::{ANSWER, THOUGHT, WORDS_BEFORE_BREAK, breaks_off, new_id, tool_call, words};
use serde_json::{Value, json};

pub(super) const PROMPT_TOKENS: u64 = 100;
pub(super) const EMBEDDING: [f64; 4] = [0.5, 0.25, -1.0, 2.0];

pub(super) fn whole(model: &str, request: &Value) -> Value {
    let mut parts = thoughts(request);
    parts.push(call_part(request).unwrap_or_else(|| json!({"text": ANSWER})));
    chunk(model, &new_id("gm_"), parts, Some("STOP"))
}

/// Each chunk carries the usage, as the provider's do.
pub(super) fn chunks(model: &str, request: &Value) -> Vec<Value> {
    let id = new_id("gm_");
    let mut pieces: Vec<Value> = thoughts(request);
    match call_part(request) {
        Some(call) => pieces.push(call),
        None => pieces.extend(words().map(|word| json!({"text": word}))),
    }
    if breaks_off(model) {
        let mut chunks: Vec<Value> =
            pieces.into_iter().take(WORDS_BEFORE_BREAK).map(|piece| chunk(model, &id, vec![piece], None)).collect();
        chunks.push(json!({"error": {"code": 503, "message": "the stream broke off", "status": "UNAVAILABLE"}}));
        return chunks;
    }
    let last = pieces.len().saturating_sub(1);
    let reason = |index: usize| (index == last).then_some("STOP");
    pieces.into_iter().enumerate().map(|(index, piece)| chunk(model, &id, vec![piece], reason(index))).collect()
}

pub(super) fn embeddings(request: &Value) -> Value {
    let count = request["requests"].as_array().map_or(0, Vec::len);
    json!({"embeddings": vec![json!({"values": EMBEDDING}); count]})
}

fn chunk(model: &str, id: &str, parts: Vec<Value>, finish_reason: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    if let Some(reason) = finish_reason {
        candidate["finishReason"] = json!(reason);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": PROMPT_TOKENS, "cachedContentTokenCount": 64, "candidatesTokenCount": 12, "thoughtsTokenCount": 8,
            "totalTokenCount": 120, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": PROMPT_TOKENS}],
            "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 12}],
        },
        "modelVersion": model, "responseId": id,
    })
}

fn thoughts(request: &Value) -> Vec<Value> {
    // Google takes both spellings, and its SDKs send both.
    let config = &request["generationConfig"]["thinkingConfig"];
    let asked = ["includeThoughts", "include_thoughts"].iter().any(|name| config[*name] == true);
    if asked { vec![json!({"text": THOUGHT, "thought": true})] } else { Vec::new() }
}

/// A call of a function offered, unless the last content holds its result.
fn call_part(request: &Value) -> Option<Value> {
    let last = request["contents"].as_array().and_then(|contents| contents.last());
    let is_answered = last
        .and_then(|content| content["parts"].as_array())
        .is_some_and(|parts| parts.iter().any(|part| part["functionResponse"].is_object()));
    let declared = request["tools"].as_array()?.iter().filter_map(|tool| tool["functionDeclarations"].as_array()).flatten();
    let offered: Vec<&str> = declared.filter_map(|declaration| declaration["name"].as_str()).collect();
    let (name, arguments) = tool_call(request, &offered)?;
    let args: Value = serde_json::from_str(&arguments).unwrap_or_default();
    (!is_answered).then(|| json!({"functionCall": {"name": name, "args": args}}))
}
