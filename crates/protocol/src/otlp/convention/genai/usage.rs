//! Token counts. The conventions count inclusively; [`ReportedUsage::split`] makes disjoint buckets of them.

use super::super::{
    Draft,
    counts::{Known, count, drop_repeated, written},
};
use crate::usage::ReportedUsage;
use model::telemetry::{SpanKind, UsageSplit};

// Newest names first.
const INPUT: [&str; 2] = ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
const OUTPUT: [&str; 2] = ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"];
const TOTAL: &str = "gen_ai.usage.total_tokens";
const CACHE_READ: [&str; 4] = [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
];
const CACHE_WRITE: [&str; 5] = [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens",
];
const REASONING: [&str; 3] =
    ["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.details.reasoning_tokens"];

pub(super) fn read(draft: &mut Draft) {
    if !draft.span.usage.is_unknown() {
        let usage = draft.span.usage;
        let known: [Known<'_>; 6] = [
            (&INPUT, usage.input_tokens),
            (&OUTPUT, usage.output_tokens),
            (&[TOTAL], usage.total_tokens),
            (&CACHE_READ, usage.buckets.cache_read),
            (&CACHE_WRITE, written(&usage)),
            (&REASONING, usage.buckets.output_reasoning),
        ];
        return drop_repeated(draft, &known);
    }
    let mut reported = ReportedUsage {
        input: count(draft, &INPUT),
        output: count(draft, &OUTPUT),
        total: count(draft, &[TOTAL]),
        cache_read: count(draft, &CACHE_READ),
        cache_write: count(draft, &CACHE_WRITE),
        cache_write_5m: count(
            draft,
            &["anthropic.usage.cache_creation.ephemeral_5m_input_tokens", "gen_ai.usage.details.ephemeral_5m_input_tokens"],
        ),
        cache_write_1h: count(
            draft,
            &["anthropic.usage.cache_creation.ephemeral_1h_input_tokens", "gen_ai.usage.details.ephemeral_1h_input_tokens"],
        ),
        reasoning: count(draft, &REASONING),
        input_audio: count(draft, &["gen_ai.usage.audio.input_tokens"]),
        input_image: count(draft, &["gen_ai.usage.image.input_tokens"]),
        output_audio: count(draft, &["gen_ai.usage.audio.output_tokens"]),
        web_searches: count(draft, &["anthropic.usage.server_tool_use.web_search_requests", "gen_ai.usage.details.web_search_requests"]),
    };
    subtract_cached(&mut reported.input_audio, count(draft, &["gen_ai.usage.audio.cache_read.input_tokens"]));
    subtract_cached(&mut reported.input_image, count(draft, &["gen_ai.usage.image.cache_read.input_tokens"]));
    if reported == ReportedUsage::default() {
        return;
    }
    let is_embedding = draft.span.kind == SpanKind::Embedding;
    if is_embedding && reported.output.is_none() && reported.total.is_none() {
        reported.total = reported.input;
    }
    let split = reported.split();
    draft.span.usage = split.usage;
    split.notes.iter().for_each(|note| draft.span.note(note));
    // Embeddings have neither caches nor reasoning: their count is the bucket.
    if is_embedding && split.notes.is_empty() {
        draft.span.usage.split = UsageSplit::Exact;
    }
    // A container's usage is that of the calls inside it, which report it themselves.
    draft.span.billed = draft.span.kind.is_request();
}

/// Cached audio is a part of both the audio and the cached count: it stays in the cached bucket only.
fn subtract_cached(modality: &mut Option<u64>, cached: Option<u64>) {
    if let (Some(count), Some(cached)) = (*modality, cached) {
        *modality = Some(count.saturating_sub(cached));
    }
}
