//! The fields of each API's answer that hold what is said.

use super::ProviderResponse;
use crate::{
    messages::{message_from_chat, text_message},
    provider::{
        content::{gemini_contents, message_of},
        fields::{Object, says_nothing, take, take_array, take_object, take_text},
        items,
        usage::usage,
    },
};
use model::telemetry::{Message, Part};
use serde_json::{Value, json};

/// Chat completions, and text completions, whose choices are texts.
pub(super) fn chat(body: &mut Object, response: &mut ProviderResponse) {
    let mut leftovers = Vec::new();
    for choice in take_array(body, &["choices"]).unwrap_or_default() {
        let Value::Object(mut choice) = choice else { continue };
        let finish_reason = take_text(&mut choice, &["finish_reason"]);
        let mut message = match (take_object(&mut choice, &["message", "delta"]), take_text(&mut choice, &["text"])) {
            (Some(message), _) => message_from_chat(message, "assistant"),
            (None, Some(text)) => text_message("assistant", text),
            (None, None) => message_of("assistant", Vec::new()),
        };
        message.finish_reason = message.finish_reason.or(finish_reason);
        response.finish_reasons.extend(message.finish_reason.clone());
        response.output.push(message);
        choice.remove("index");
        if !choice.values().all(says_nothing) {
            leftovers.push(Value::Object(choice));
        }
    }
    // What stands beside the messages: probabilities, filters.
    if !leftovers.is_empty() {
        body.insert("choices".to_owned(), Value::Array(leftovers));
    }
    // Groq's place for it in streams.
    if let Some(mut own) = take_object(body, &["x_groq"]) {
        response.usage = take(&mut own, &["usage"]).as_ref().and_then(usage);
        body.insert("x_groq".to_owned(), Value::Object(own));
    }
}

/// What the assistant did is one message, whatever the number of items.
pub(super) fn responses(body: &mut Object, response: &mut ProviderResponse) {
    let output = take_array(body, &["output"]).unwrap_or_default();
    let searches = output.iter().filter(|item| is_billed_search(item)).count() as u64;
    let status = take_text(body, &["status"]);
    let reason = take_object(body, &["incomplete_details"]).and_then(|mut details| take_text(&mut details, &["reason"]));
    response.output = items::messages(output, "assistant");
    response.finish_reasons.extend(reason.or(status));
    if let (Some(last), Some(reason)) = (response.output.last_mut(), response.finish_reasons.first()) {
        last.finish_reason = Some(reason.clone());
    }
    response.usage = take(body, &["usage"]).as_ref().and_then(usage).map(|mut usage| {
        if searches > 0 {
            usage.usage.buckets.web_searches = usage.usage.buckets.web_searches.or(Some(searches));
        }
        usage
    });
    // The answer repeats the request's settings, which are known from there.
    for name in REPEATED_SETTINGS {
        body.remove(name);
    }
}

const REPEATED_SETTINGS: [&str; 21] = [
    "background",
    "include",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "presence_penalty",
    "frequency_penalty",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// Opening a page that was found is not billed.
fn is_billed_search(item: &Value) -> bool {
    item["type"] == "web_search_call" && item["action"]["type"].as_str().is_none_or(|action| action == "search")
}

pub(super) fn messages(body: &mut Object, response: &mut ProviderResponse) {
    let reason = take_text(body, &["stop_reason"]);
    let content = take(body, &["content"]).unwrap_or_default();
    let role = take_text(body, &["role"]).unwrap_or_else(|| "assistant".to_owned());
    let fields = Object::from_iter([("role".to_owned(), Value::String(role)), ("content".to_owned(), content)]);
    let mut message = message_from_chat(fields, "assistant");
    message.finish_reason.clone_from(&reason);
    response.output = vec![message];
    response.finish_reasons.extend(reason);
}

/// On the wire and as the Python SDK writes it.
pub(super) fn generate_content(body: &mut Object, response: &mut ProviderResponse) {
    response.id = take_text(body, &["responseId", "response_id"]);
    response.model = take_text(body, &["modelVersion", "model_version"]);
    response.usage = take(body, &["usageMetadata", "usage_metadata"]).as_ref().and_then(usage);
    let mut leftovers = Vec::new();
    for candidate in take_array(body, &["candidates"]).unwrap_or_default() {
        let Value::Object(mut candidate) = candidate else { continue };
        let reason = take_text(&mut candidate, &["finishReason", "finish_reason"]);
        let content = take(&mut candidate, &["content"]);
        let mut message = content.and_then(|content| gemini_contents(content, "assistant").pop());
        if message.is_none() && reason.is_some() {
            message = Some(message_of("assistant", Vec::new()));
        }
        if let Some(mut message) = message {
            message.finish_reason.clone_from(&reason);
            response.output.push(message);
        }
        response.finish_reasons.extend(reason);
        candidate.remove("index");
        if !candidate.values().all(says_nothing) {
            leftovers.push(Value::Object(candidate));
        }
    }
    // What stands beside the messages: ratings, citations, what it was grounded on.
    if !leftovers.is_empty() {
        body.insert("candidates".to_owned(), Value::Array(leftovers));
    }
    // A prompt that was refused has no candidates.
    if let Some(reason) = body.get("promptFeedback").and_then(|feedback| feedback.get("blockReason")).and_then(Value::as_str) {
        response.finish_reasons.push(reason.to_owned());
        response.output.push(Message { finish_reason: Some(reason.to_owned()), ..message_of("assistant", Vec::<Part>::new()) });
    }
}

/// OpenAI's `data`, Gemini's `embedding` and `embeddings`: how many vectors of which size.
pub(super) fn embeddings(body: &mut Object, response: &mut ProviderResponse) {
    let vectors = take_array(body, &["data", "embeddings"]).or_else(|| take(body, &["embedding"]).map(|one| vec![one])).unwrap_or_default();
    response.attributes.insert("response.embeddings".to_owned(), json!(vectors.len()));
    if let Some(dimensions) = vectors.first().and_then(dimensions) {
        response.attributes.insert("response.embedding_dimensions".to_owned(), json!(dimensions));
    }
}

fn dimensions(vector: &Value) -> Option<usize> {
    const BYTES_PER_NUMBER: usize = 4;
    match vector.get("embedding").or_else(|| vector.get("values"))? {
        Value::Array(numbers) => Some(numbers.len()),
        // Floats as base64.
        Value::String(text) => Some(text.trim_end_matches('=').len() * 3 / 4 / BYTES_PER_NUMBER),
        _ => None,
    }
}
