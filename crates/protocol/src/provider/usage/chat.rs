//! `prompt_tokens` and `completion_tokens`: OpenAI's chat completions and embeddings, and the many providers that speak like it.
//!
//! Cached input is inside the prompt, reasoning and rejected predictions are inside the completion. xAI counts reasoning beside the
//! completion: its total tells.

use super::{ProviderUsage, fields::Fields};
use crate::{
    numbers::{token_count, usd},
    usage::{ReportedUsage, Stands},
};
use model::{Money, telemetry::UsageSplit};
use serde_json::Value;

/// xAI bills in ten-billionths of a dollar.
const TICKS_PER_USD: u64 = 10_000_000_000;

pub(super) fn read(mut fields: Fields) -> ProviderUsage {
    let prompt = |name: &'static str| ["prompt_tokens_details", name];
    let answer = |name: &'static str| ["completion_tokens_details", name];
    let reported = ReportedUsage {
        input: fields.count(&["prompt_tokens"]),
        output: fields.count(&["completion_tokens"]),
        total: fields.count(&["total_tokens"]),
        // OpenAI's detail; DeepSeek's name; the names LiteLLM adds for Anthropic's counts, inside the prompt like all others.
        cache_read: fields.first_count(&[
            &prompt("cached_tokens"),
            &["prompt_cache_hit_tokens"],
            &["cache_read_input_tokens"],
            &["cached_tokens"],
        ]),
        cache_write: fields.first_count(&[
            &prompt("cache_write_tokens"),
            &prompt("cache_creation_tokens"),
            &["cache_creation_input_tokens"],
            &["cache_write_tokens"],
        ]),
        cache_write_5m: fields.count(&["prompt_tokens_details", "cache_creation_token_details", "ephemeral_5m_input_tokens"]),
        cache_write_1h: fields.count(&["prompt_tokens_details", "cache_creation_token_details", "ephemeral_1h_input_tokens"]),
        input_audio: fields.count(&prompt("audio_tokens")),
        input_image: fields.count(&prompt("image_tokens")),
        reasoning: fields.first_count(&[&answer("reasoning_tokens"), &["reasoning_tokens"]]),
        output_audio: fields.count(&answer("audio_tokens")),
        web_searches: fields
            .first_count(&[&["server_tool_use", "web_search_requests"], &["server_tool_use_details", "web_search_requests"]]),
    };
    let has_cache_facts = reported.cache_read.is_some() || reported.cache_write.is_some();
    let image_output = fields.count(&answer("image_tokens"));
    // The text is what the other details leave.
    for path in [prompt("text_tokens"), answer("text_tokens")] {
        fields.drop_if(&path, |value| token_count(value).is_some());
    }
    if let (Some(input), Some(hit)) = (reported.input, reported.cache_read) {
        fields.drop_if(&["prompt_cache_miss_tokens"], |value| token_count(value) == input.checked_sub(hit));
    }
    // Only embeddings have no completion.
    let is_embedding = reported.output.is_none() && reported.total == reported.input;
    let reasoning = if has_reasoning_beside(&reported) { Stands::Beside } else { Stands::Inside };
    let mut split = reported.split_known(Stands::Inside, reasoning);
    // Who leaves out the details may have dropped them.
    if !has_cache_facts && !is_embedding {
        split.usage.split = UsageSplit::Assumed;
    }
    let cost = take_cost(&mut fields);
    let mut usage = ProviderUsage::of(split, fields);
    usage.reported_usd = cost;
    usage.add_image_output(image_output);
    usage
}

fn has_reasoning_beside(reported: &ReportedUsage) -> bool {
    let (Some(input), Some(output), Some(total)) = (reported.input, reported.output, reported.total) else { return false };
    let Some(reasoning) = reported.reasoning.filter(|tokens| *tokens > 0) else { return false };
    total == input.saturating_add(output).saturating_add(reasoning)
}

fn of_ticks(ticks: u64) -> Option<Money> {
    format!("{}.{:010}", ticks / TICKS_PER_USD, ticks % TICKS_PER_USD).parse().ok()
}

/// OpenRouter's `cost` in dollars, Perplexity's `cost.total_cost`, xAI's ticks.
fn take_cost(fields: &mut Fields) -> Option<Money> {
    if let Some(ticks) = fields.take(&["cost_in_usd_ticks"]) {
        let amount = ticks.as_u64().and_then(of_ticks);
        if amount.is_none() {
            fields.put_back("cost_in_usd_ticks", ticks);
        }
        return amount;
    }
    let total = fields.take(&["cost", "total_cost"]);
    let amount = usd(&total.or_else(|| fields.peek("cost").cloned())?)?;
    fields.drop_if(&["cost"], |value| value.is_number() || value.is_string());
    // Who brings a key of its own pays the provider beside OpenRouter's fee.
    let is_own_key = fields.peek("is_byok") == Some(&Value::Bool(true));
    let upstream = is_own_key.then(|| fields.take(&["cost_details", "upstream_inference_cost"])).flatten();
    Some(upstream.as_ref().and_then(usd).map_or(amount, |upstream| amount + upstream))
}
