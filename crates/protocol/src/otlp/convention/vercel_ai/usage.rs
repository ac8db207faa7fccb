//! Token counts. Versions 6 and 7 count like OpenTelemetry, whatever the provider; version 5 hands on what the provider says, so that
//! Anthropic's caches stand beside the input, and tells most details only in the provider's own metadata.

use super::super::{Draft, counts::count};
use crate::{
    numbers::usd,
    provider::{ProviderUsage, usage},
    usage::{ReportedUsage, Stands},
};
use model::telemetry::{SpanKind, UsageSplit};
use serde_json::Value;

const INPUT: [&str; 4] = ["ai.usage.inputTokens", "ai.usage.promptTokens", "gen_ai.usage.input_tokens", "ai.usage.tokens"];
const OUTPUT: [&str; 3] = ["ai.usage.outputTokens", "ai.usage.completionTokens", "gen_ai.usage.output_tokens"];
const PROVIDER_METADATA: &str = "ai.response.providerMetadata";
/// Providers that count caches beside the input, by how their names start.
const EXCLUSIVE_PROVIDERS: [&str; 4] = ["anthropic", "vertex.anthropic", "amazon-bedrock", "aws.bedrock"];

pub(super) fn read(draft: &mut Draft) {
    // Version 7 tells steps a detail of a count that it does not tell them.
    let is_counted = INPUT.iter().chain(&OUTPUT).any(|name| draft.attributes.contains(name));
    if !draft.span.usage.is_unknown() || !is_counted {
        return;
    }
    let told_details = draft.attributes.any_key(|name| name.starts_with(b"ai.usage.inputTokenDetails."));
    let is_version_7 = draft.has_scope("gen_ai");
    let mut reported = ReportedUsage {
        input: count(draft, &INPUT),
        output: count(draft, &OUTPUT),
        total: count(draft, &["ai.usage.totalTokens"]),
        cache_read: count(
            draft,
            &["ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens", "gen_ai.usage.cache_read.input_tokens"],
        ),
        cache_write: count(draft, &["ai.usage.inputTokenDetails.cacheWriteTokens", "gen_ai.usage.cache_creation.input_tokens"]),
        reasoning: count(draft, &["ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"]),
        ..ReportedUsage::default()
    };
    // Follow from the others.
    count(draft, &["ai.usage.inputTokenDetails.noCacheTokens"]);
    count(draft, &["ai.usage.outputTokenDetails.textTokens"]);
    // Around the calls of models, the metadata is that of the last one.
    if draft.span.kind.is_request()
        && let Some(told) = of_provider(draft)
    {
        told.fill(&mut draft.span);
    }
    if !draft.span.usage.is_unknown() {
        return;
    }
    let is_embedding = draft.span.kind == SpanKind::Embedding;
    if is_embedding {
        reported.total = reported.total.or(reported.input);
    }
    let provider = draft.span.provider.as_deref().unwrap_or_default();
    let is_exclusive = !told_details && !is_version_7 && EXCLUSIVE_PROVIDERS.iter().any(|name| provider.starts_with(name));
    let mut split = match reported.cache_read.or(reported.cache_write) {
        Some(_) if is_exclusive => reported.split_known(Stands::Beside, Stands::Inside),
        _ => reported.split_inclusive(),
    };
    if is_exclusive {
        // Version 5's sum is of what it was told: without the cache.
        split.notes.retain(|note| *note != "total_tokens_mismatch");
        // What was written to the cache has no name there, and may have been left out.
        split.usage.split = UsageSplit::Assumed;
    }
    draft.span.usage = split.usage;
    if is_embedding && split.notes.is_empty() {
        draft.span.usage.split = UsageSplit::Exact;
    }
    split.notes.iter().for_each(|note| draft.span.note(note));
}

/// What the provider itself counted, where the SDK hands it on; and what a gateway says that the call cost.
fn of_provider(draft: &mut Draft) -> Option<ProviderUsage> {
    let text = draft.attributes.text(PROVIDER_METADATA)?;
    let metadata: Value = serde_json::from_str(&text).ok()?;
    let Value::Object(providers) = metadata else { return None };
    for provider in providers.values() {
        let cost = provider.get("cost").or_else(|| provider.get("usage")?.get("cost"));
        draft.span.cost.reported_usd = draft.span.cost.reported_usd.or_else(|| cost.and_then(usd));
    }
    let raw = providers.values().filter_map(|provider| provider.get("usage").or_else(|| provider.get("usageMetadata")));
    // A provider may repeat a part only.
    raw.filter_map(usage).find(|told| told.usage.input_tokens.is_some() && told.usage.output_tokens.is_some())
}
