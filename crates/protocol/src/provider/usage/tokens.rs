//! `input_tokens` and `output_tokens` with details: OpenAI's responses, audio, images and realtime, LangChain's `usage_metadata`, Cohere.
//!
//! Cached input is inside the input, reasoning is inside the output.

use super::{ProviderUsage, fields::Fields};
use crate::{
    numbers::token_count,
    usage::{ReportedUsage, Stands},
};
use model::telemetry::UsageSplit;

/// OpenAI's responses write the plural, its audio API and LangChain the singular.
const INPUT_DETAILS: [&str; 2] = ["input_tokens_details", "input_token_details"];
const OUTPUT_DETAILS: [&str; 2] = ["output_tokens_details", "output_token_details"];

pub(super) fn read(mut all: Fields) -> ProviderUsage {
    let fields = &mut all;
    let mut reported = ReportedUsage {
        input: fields.first_count(&[&["input_tokens"], &["tokens", "input_tokens"]]),
        output: fields.first_count(&[&["output_tokens"], &["tokens", "output_tokens"]]),
        total: fields.count(&["total_tokens"]),
        cache_read: detail(fields, &INPUT_DETAILS, &["cached_tokens", "cache_read", "priority_cache_read", "flex_cache_read"])
            .or_else(|| fields.count(&["cached_tokens"])),
        cache_write: detail(
            fields,
            &INPUT_DETAILS,
            &["cache_write_tokens", "cache_creation", "priority_cache_creation", "flex_cache_creation"],
        ),
        cache_write_5m: detail(fields, &INPUT_DETAILS, &["ephemeral_5m_input_tokens"]),
        cache_write_1h: detail(fields, &INPUT_DETAILS, &["ephemeral_1h_input_tokens"]),
        input_audio: detail(fields, &INPUT_DETAILS, &["audio_tokens", "audio"]),
        input_image: detail(fields, &INPUT_DETAILS, &["image_tokens"]),
        reasoning: detail(fields, &OUTPUT_DETAILS, &["reasoning_tokens", "reasoning", "priority_reasoning", "flex_reasoning"]),
        output_audio: detail(fields, &OUTPUT_DETAILS, &["audio_tokens", "audio"]),
        web_searches: None,
    };
    // LangChain writes Anthropic's parts by lifetime, and a zero for their sum.
    let by_lifetime = reported.cache_write_5m.is_some() || reported.cache_write_1h.is_some();
    if by_lifetime && reported.cache_write == Some(0) {
        reported.cache_write = None;
    }
    leave_out_cached(fields, &mut reported);
    // Who leaves out the details may have dropped them. Images have no cache.
    let has_details = reported.cache_read.is_some() || reported.cache_write.is_some() || by_lifetime || reported.input_image.is_some();
    let image_output = detail(fields, &OUTPUT_DETAILS, &["image_tokens"]);
    for details in INPUT_DETAILS.iter().chain(&OUTPUT_DETAILS) {
        fields.drop_if(&[details, "text_tokens"], |value| token_count(value).is_some());
    }
    let tier = take_tier(fields);
    fields.drop_if(&["type"], |kind| kind == "tokens");
    let mut split = reported.split_known(Stands::Inside, Stands::Inside);
    if !has_details {
        split.usage.split = UsageSplit::Assumed;
    }
    let mut usage = ProviderUsage::of(split, all);
    usage.add_image_output(image_output);
    usage.service_tier = usage.service_tier.or(tier);
    usage
}

/// LangChain names details after the service tier that billed them, and counts the rest under the tier's own name.
fn take_tier(fields: &mut Fields) -> Option<String> {
    let mut found = None;
    for tier in ["priority", "flex"] {
        for details in INPUT_DETAILS.iter().chain(&OUTPUT_DETAILS) {
            if fields.count(&[details, tier]).is_some() {
                found = Some(tier.to_owned());
            }
        }
    }
    found
}

fn detail(fields: &mut Fields, details: &[&str], names: &[&str]) -> Option<u64> {
    let mut found = None;
    for details in details {
        for name in names {
            found = found.or_else(|| fields.count(&[details, name]));
        }
    }
    found
}

/// Realtime tells how much of the cached input is sound or image: those tokens are in the cached bucket only.
fn leave_out_cached(fields: &mut Fields, reported: &mut ReportedUsage) {
    let cached = |fields: &mut Fields, name: &str| {
        let counts = INPUT_DETAILS.map(|details| fields.count(&[details, "cached_tokens_details", name]));
        counts.into_iter().flatten().next().unwrap_or(0)
    };
    let audio = cached(fields, "audio_tokens");
    let image = cached(fields, "image_tokens");
    reported.input_audio = reported.input_audio.map(|tokens| tokens.saturating_sub(audio));
    reported.input_image = reported.input_image.map(|tokens| tokens.saturating_sub(image));
    for details in INPUT_DETAILS {
        fields.drop_if(&[details, "cached_tokens_details", "text_tokens"], |value| token_count(value).is_some());
    }
}
