//! A provider's usage object, of whatever provider → disjoint buckets and what else it says.
//!
//! Which provider wrote it is told by its keys. Each provider's rules (is cached input inside the input count, is reasoning inside the
//! output count) are in the file of its shape.

mod anthropic;
mod bedrock;
mod chat;
mod fields;
mod gemini;
mod tokens;

use super::repr;
use crate::usage::SplitUsage;
use fields::Fields;
use model::{
    Money,
    telemetry::{Attributes, Span, SpanKind, TokenUsage, UsageSplit},
};
use serde_json::Value;

/// What a usage object says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderUsage {
    /// Unknown when the provider bills something else, such as seconds of audio.
    pub usage: TokenUsage,
    /// For `Span::note`: what did not fit together.
    pub notes: Vec<&'static str>,
    /// The provider's own price, in US dollars.
    pub reported_usd: Option<Money>,
    /// The tier the provider says it used.
    pub service_tier: Option<String>,
    /// What no field above took, by the provider's names. Zeros and nulls are left out.
    pub facts: Attributes,
}

/// Prefix of [`ProviderUsage::facts`] among a span's attributes.
const FACT_PREFIX: &str = "usage.";

impl ProviderUsage {
    fn of(split: SplitUsage, mut fields: Fields) -> Self {
        let SplitUsage { usage, mut notes } = split;
        let service_tier = fields.take_text("service_tier");
        if fields.found_invalid {
            notes.push("invalid_token_count");
        }
        Self { usage, notes, reported_usd: None, service_tier, facts: fields.rest() }
    }

    fn note(&mut self, note: &'static str) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// There is no bucket for images made: they stay in the answer's, which may cost less.
    fn add_image_output(&mut self, tokens: Option<u64>) {
        if let Some(tokens) = tokens.filter(|tokens| *tokens > 0) {
            self.note("output_image_counted_as_text");
            self.facts.insert("output_image_tokens".to_owned(), tokens.into());
        }
    }

    /// Tells the span what it does not know yet. Counts that are known already are not touched.
    pub fn fill(self, span: &mut Span) {
        if span.usage.is_unknown() {
            span.usage = self.usage;
            // Embeddings have neither caches nor reasoning: their count is the bucket.
            if span.kind == SpanKind::Embedding && self.notes.is_empty() {
                span.usage.split = UsageSplit::Exact;
            }
            self.notes.iter().for_each(|note| span.note(note));
        }
        span.cost.reported_usd = span.cost.reported_usd.or(self.reported_usd);
        let attributes = &mut span.payload.attributes;
        if let Some(tier) = self.service_tier {
            attributes.entry("service_tier".to_owned()).or_insert(Value::String(tier));
        }
        for (name, value) in self.facts {
            attributes.entry(format!("{FACT_PREFIX}{name}")).or_insert(value);
        }
    }
}

/// Reads a usage object as a provider or its SDK writes it: nested, or with the names of the levels joined by dots. Shapes: OpenAI chat
/// completions, responses, embeddings, audio and images, with the fields of DeepSeek, xAI, Groq, Mistral, OpenRouter and LiteLLM;
/// Anthropic messages; Gemini; Bedrock Converse; LangChain's `usage_metadata`; Cohere. `None`: it is no such object.
pub fn usage(value: &Value) -> Option<ProviderUsage> {
    let Value::Object(object) = value else { return None };
    let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
    let starts = |prefix: &str| object.keys().any(|name| name.starts_with(prefix));
    let fields = || Fields::new(object);
    if gemini::NAMES.iter().any(|name| has(&[name.camel, name.snake])) {
        return Some(gemini::read(fields()));
    }
    if has(&["inputTokens", "outputTokens"]) {
        // The AI SDK counts in the same names, by rules of its own.
        let is_ai_sdk = has(&["inputTokenDetails", "outputTokenDetails", "cachedInputTokens", "reasoningTokens"]);
        return (!is_ai_sdk).then(|| bedrock::read(fields()));
    }
    if has(&["prompt_tokens", "completion_tokens"]) {
        return Some(chat::read(fields()));
    }
    if has(&["input_tokens", "output_tokens"]) {
        let is_anthropic = starts("cache_creation") || starts("cache_read_input_tokens") || starts("server_tool_use");
        return Some(if is_anthropic { anthropic::read(fields()) } else { tokens::read(fields()) });
    }
    if has(&["total_tokens"]) || starts("billed_units") || object.get("type").is_some_and(|kind| kind == "duration") {
        return Some(tokens::read(fields()));
    }
    None
}

/// The same from text: JSON, or the Python repr that some clients put in its place.
pub fn usage_from_text(text: &str) -> Option<ProviderUsage> {
    let value = serde_json::from_str(text).ok().or_else(|| repr::value(text))?;
    usage(&value)
}

#[cfg(test)]
mod tests;
