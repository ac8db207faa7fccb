//! LangChain's `LLMResult`: `{"generations": [[{"text", "message", "generation_info"}]], "llm_output": {…}}`.

use crate::{
    messages::{conversation_from_value, text_message},
    native::json::text_of,
    provider,
    provider_name::provider_name,
};
use model::telemetry::{Message, Span};
use serde_json::Value;

/// Most generations that are read of one run: a run is one call, with the alternatives that were asked for.
const MAX_GENERATIONS: usize = 128;

/// The messages of the result. Fills in what it says about the call: model, id, counts, why it ended.
pub(super) fn read(span: &mut Span, outputs: &Value) -> Option<Vec<Message>> {
    let lists = outputs.get("generations")?.as_array()?;
    let generations: Vec<&Value> =
        lists.iter().flat_map(|list| list.as_array().map_or(std::slice::from_ref(list), Vec::as_slice)).take(MAX_GENERATIONS).collect();
    if generations.is_empty()
        || !generations.iter().all(|generation| generation.get("text").is_some() || generation.get("message").is_some())
    {
        return None;
    }
    let mut messages: Vec<Message> = generations.iter().flat_map(|generation| message(generation)).collect();
    for (message, generation) in messages.iter_mut().zip(&generations) {
        let reason = generation.get("generation_info").and_then(|info| info.get("finish_reason")?.as_str());
        message.finish_reason = message.finish_reason.take().or(reason.map(str::to_owned));
    }
    span.finish_reasons = messages.iter().filter_map(|message| message.finish_reason.clone()).collect();
    generations.iter().filter_map(|generation| generation.get("message")).for_each(|message| read_message(span, message));
    if let Some(output) = outputs.get("llm_output") {
        read_facts(span, output);
    }
    Some(messages)
}

fn message(generation: &Value) -> Vec<Message> {
    match generation.get("message") {
        Some(message) => conversation_from_value(message.clone(), "assistant"),
        None => vec![text_message("assistant", generation.get("text").and_then(Value::as_str).unwrap_or_default().to_owned())],
    }
}

/// What the message of an answer says about the call. What the provider reported goes before LangChain's reading of it.
fn read_message(span: &mut Span, message: &Value) {
    let fields = message.get("kwargs").unwrap_or(message);
    if let Some(metadata) = fields.get("response_metadata") {
        read_facts(span, metadata);
    }
    if let Some(counts) = fields.get("usage_metadata").and_then(provider::usage) {
        counts.fill(span);
    }
}

/// What LangChain keeps of a provider's answer, its counts among it.
fn read_facts(span: &mut Span, facts: &Value) {
    let text = |names: &[&str]| names.iter().find_map(|name| text_of(facts.get(*name)?));
    span.response_model = span.response_model.take().or_else(|| text(&["model_name", "model"]));
    span.response_id = span.response_id.take().or_else(|| text(&["id"]));
    span.provider = span.provider.take().or_else(|| text(&["model_provider"]).map(|name| provider_name(&name)));
    if let Some(tier) = text(&["service_tier"]) {
        span.payload.attributes.entry("service_tier".to_owned()).or_insert(Value::String(tier));
    }
    let counts = ["token_usage", "usage"].iter().find_map(|name| provider::usage(facts.get(*name)?));
    if let Some(counts) = counts {
        counts.fill(span);
    }
}
