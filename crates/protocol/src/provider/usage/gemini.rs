//! Gemini, on the wire (`promptTokenCount`) and as its Python SDK writes it (`prompt_token_count`).
//!
//! Cached input is inside the prompt; what tools put into the prompt stands beside it. Thoughts stand beside the candidates, unless the
//! sum says that they are inside. The Live API calls the candidates a response.

use super::{ProviderUsage, fields::Fields};
use crate::usage::{ReportedUsage, Stands};
use serde_json::Value;

/// A field in the spelling of the wire and of the Python SDK.
pub(super) struct Name {
    pub camel: &'static str,
    pub snake: &'static str,
}

/// What tells Gemini's counts from those of all others.
pub(super) const NAMES: [Name; 4] = [PROMPT, CANDIDATES, TOTAL, RESPONSE];

const PROMPT: Name = Name { camel: "promptTokenCount", snake: "prompt_token_count" };
const CANDIDATES: Name = Name { camel: "candidatesTokenCount", snake: "candidates_token_count" };
const TOTAL: Name = Name { camel: "totalTokenCount", snake: "total_token_count" };
const RESPONSE: Name = Name { camel: "responseTokenCount", snake: "response_token_count" };
const CACHED: Name = Name { camel: "cachedContentTokenCount", snake: "cached_content_token_count" };
const THOUGHTS: Name = Name { camel: "thoughtsTokenCount", snake: "thoughts_token_count" };
const TOOL_USE: Name = Name { camel: "toolUsePromptTokenCount", snake: "tool_use_prompt_token_count" };
const TRAFFIC: Name = Name { camel: "trafficType", snake: "traffic_type" };

const PROMPT_DETAILS: Name = Name { camel: "promptTokensDetails", snake: "prompt_tokens_details" };
const TOOL_USE_DETAILS: Name = Name { camel: "toolUsePromptTokensDetails", snake: "tool_use_prompt_tokens_details" };
const CACHE_DETAILS: Name = Name { camel: "cacheTokensDetails", snake: "cache_tokens_details" };
const CANDIDATES_DETAILS: Name = Name { camel: "candidatesTokensDetails", snake: "candidates_tokens_details" };
const RESPONSE_DETAILS: Name = Name { camel: "responseTokensDetails", snake: "response_tokens_details" };

pub(super) fn read(mut fields: Fields) -> ProviderUsage {
    let count = |fields: &mut Fields, name: &Name| fields.first_count(&[&[name.camel], &[name.snake]]);
    let prompt = count(&mut fields, &PROMPT);
    let tool_use = count(&mut fields, &TOOL_USE);
    let candidates = count(&mut fields, &CANDIDATES).or_else(|| count(&mut fields, &RESPONSE));
    let thoughts = count(&mut fields, &THOUGHTS);
    let total = count(&mut fields, &TOTAL);
    let input = [prompt, tool_use].into_iter().flatten().reduce(u64::saturating_add);

    let [prompts, tools, cached] = [PROMPT_DETAILS, TOOL_USE_DETAILS, CACHE_DETAILS].map(|name| Modalities::take(&mut fields, &name));
    let outputs = [CANDIDATES_DETAILS, RESPONSE_DETAILS].map(|name| Modalities::take(&mut fields, &name));
    // Cached sound is in the cached bucket only.
    let uncached = |modality: &str| {
        let read = [prompts.of(modality), tools.of(modality)].into_iter().flatten().reduce(u64::saturating_add)?;
        Some(read.saturating_sub(cached.of(modality).unwrap_or(0)))
    };
    let written = |modality: &str| outputs.iter().find_map(|output| output.of(modality));
    let reported = ReportedUsage {
        input,
        // An answer may end in thoughts: the sum then leaves nothing for candidates.
        output: candidates.or_else(|| (total? == input?.saturating_add(thoughts?)).then_some(0)),
        total,
        cache_read: count(&mut fields, &CACHED),
        input_audio: uncached("AUDIO"),
        input_image: uncached("IMAGE"),
        reasoning: thoughts,
        output_audio: written("AUDIO"),
        ..ReportedUsage::default()
    };
    let tier = [TRAFFIC.camel, TRAFFIC.snake].into_iter().find_map(|name| fields.take_text(name));
    let split = reported.split_known(Stands::Inside, thoughts_stand(&reported));
    let mut usage = ProviderUsage::of(split, fields);
    usage.service_tier = usage.service_tier.or(tier);
    if let Some(tokens) = tool_use.filter(|tokens| *tokens > 0) {
        usage.facts.insert(TOOL_USE.camel.to_owned(), tokens.into());
    }
    usage.add_image_output(written("IMAGE"));
    usage
}

fn thoughts_stand(reported: &ReportedUsage) -> Stands {
    let (Some(input), Some(output)) = (reported.input, reported.output) else { return Stands::Beside };
    let is_inside =
        reported.reasoning.is_some_and(|tokens| tokens > 0 && tokens <= output) && reported.total == Some(input.saturating_add(output));
    if is_inside { Stands::Inside } else { Stands::Beside }
}

/// `[{modality, tokenCount}]`.
struct Modalities(Vec<(String, u64)>);

impl Modalities {
    fn take(fields: &mut Fields, name: &Name) -> Self {
        let Some(value) = fields.take(&[name.camel]).or_else(|| fields.take(&[name.snake])) else { return Self(Vec::new()) };
        let read = |detail: &Value| {
            let count = detail.get("tokenCount").or_else(|| detail.get("token_count"))?;
            Some((detail.get("modality")?.as_str()?.to_owned(), crate::numbers::token_count(count)?))
        };
        Self(value.as_array().into_iter().flatten().filter_map(read).collect())
    }

    fn of(&self, modality: &str) -> Option<u64> {
        // The Python SDK writes `MediaModality.AUDIO` in places.
        let is_it = |name: &str| name.rsplit('.').next() == Some(modality);
        self.0.iter().filter(|(name, _)| is_it(name)).map(|(_, count)| *count).reduce(u64::saturating_add)
    }
}
