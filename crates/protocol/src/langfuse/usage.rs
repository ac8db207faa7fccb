//! Usage details: a map of counts under names that the application chooses. Counts under Langfuse's own names (`input`, `input_*`, `output`,
//! `output_*`, and Anthropic's cache names) stand beside each other; a provider's own usage object, put in as it is, counts as that
//! provider does.

use crate::{
    numbers::token_count,
    provider,
    usage::{ReportedUsage, SplitUsage},
};
use model::telemetry::{Span, SpanKind, UsageSplit};
use serde_json::{Map, Value};

/// Names that only providers use, each in its own usage object.
const PROVIDER_NAMES: [&str; 8] = [
    "prompt_tokens",
    "completion_tokens",
    "input_tokens",
    "output_tokens",
    "promptTokenCount",
    "candidatesTokenCount",
    "inputTokens",
    "outputTokens",
];

/// Puts usage into a span that has none. Details that did not find a bucket, all of them, stay an attribute of this name.
pub(crate) fn set_usage(span: &mut Span, details: Map<String, Value>, name: &str) {
    if !span.usage.is_unknown() {
        return;
    }
    let by_provider = PROVIDER_NAMES.iter().any(|name| details.contains_key(*name));
    let details = Value::Object(details);
    if by_provider && let Some(usage) = provider::usage(&details) {
        usage.fill(span);
    } else if let Value::Object(details) = details {
        let counts = Additive::of(&details);
        if !counts.is_complete {
            span.payload.attributes.insert(name.to_owned(), Value::Object(details));
        }
        if counts.reported == ReportedUsage::default() {
            return;
        }
        let split = counts.reported.beside_each_other();
        span.usage = split.usage;
        split.notes.iter().for_each(|note| span.note(note));
    }
    // Embeddings have neither output nor caches nor reasoning: their count is the bucket, and the total.
    if span.kind == SpanKind::Embedding && span.usage.output_tokens.is_none() {
        span.usage.split = UsageSplit::Exact;
        span.usage.total_tokens = span.usage.total_tokens.or(span.usage.input_tokens);
    }
    // A container's usage is that of the calls inside it, which report it themselves.
    span.billed = span.kind.is_request();
}

struct Additive {
    reported: ReportedUsage,
    /// Every count found a place.
    is_complete: bool,
}

impl Additive {
    fn of(details: &Map<String, Value>) -> Self {
        let mut counts = Self { reported: ReportedUsage::default(), is_complete: true };
        for (name, value) in details.iter().filter(|(_, value)| !value.is_null()) {
            match token_count(value) {
                Some(count) => counts.add(name, count),
                None => counts.is_complete = false,
            }
        }
        // Where a provider tells writes by lifetime alone, some clients put a zero beside them.
        let reported = &mut counts.reported;
        if reported.cache_write == Some(0) && (reported.cache_write_5m.is_some() || reported.cache_write_1h.is_some()) {
            reported.cache_write = None;
        }
        counts
    }

    fn add(&mut self, name: &str, count: u64) {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix("_tokens").or_else(|| name.strip_suffix("_token_count")).unwrap_or(&name);
        let reported = &mut self.reported;
        let slot = match name {
            "input" => &mut reported.input,
            "output" => &mut reported.output,
            "total" => &mut reported.total,
            "input_cached" | "input_cache_read" | "cache_read_input" | "cache_read" | "cached_content" => &mut reported.cache_read,
            "input_cache_creation" | "input_cache_write" | "cache_creation_input" | "cache_write_input" | "cache_creation" => {
                &mut reported.cache_write
            }
            "cache_creation_ephemeral_5m_input" | "input_ephemeral_5m_input" | "ephemeral_5m_input" => &mut reported.cache_write_5m,
            "cache_creation_ephemeral_1h_input" | "input_ephemeral_1h_input" | "ephemeral_1h_input" => &mut reported.cache_write_1h,
            "input_audio" | "input_modality_audio" => &mut reported.input_audio,
            "input_image" | "input_modality_image" => &mut reported.input_image,
            "output_reasoning" | "reasoning" | "output_thoughts" | "thoughts" => &mut reported.reasoning,
            "output_audio" | "output_modality_audio" => &mut reported.output_audio,
            // What service tier the tokens were of: they are counted already.
            tier if tier.starts_with("input_priority") || tier.starts_with("output_priority") => {
                self.is_complete = false;
                return;
            }
            // A zero of a kind without a bucket of its own says nothing.
            _ if count == 0 => return,
            "input_text" | "input_modality_text" => &mut reported.input,
            "output_text" | "output_modality_text" | "output_accepted_prediction" | "output_rejected_prediction" => &mut reported.output,
            other => {
                self.is_complete = false;
                match other {
                    input if input.starts_with("input_") => &mut reported.input,
                    output if output.starts_with("output_") => &mut reported.output,
                    _ => return,
                }
            }
        };
        *slot = Some(slot.unwrap_or(0).saturating_add(count));
    }
}

impl ReportedUsage {
    /// The split of counts that stand beside each other, unless their total only adds up the other way.
    fn beside_each_other(self) -> SplitUsage {
        let sum = |counts: &[Option<u64>]| counts.iter().flatten().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let written = self.cache_write.unwrap_or(0).max(sum(&[self.cache_write_5m, self.cache_write_1h]));
        let input_details = sum(&[self.cache_read, Some(written), self.input_audio, self.input_image]);
        let output_details = sum(&[self.reasoning, self.output_audio]);
        let are_inside = input_details <= self.input.unwrap_or(0) && output_details <= self.output.unwrap_or(0);
        if are_inside && self.total == Some(sum(&[self.input, self.output])) {
            return self.split_inclusive();
        }
        let input = self.input.map(|input| input.saturating_add(input_details));
        let output = self.output.map(|output| output.saturating_add(output_details));
        Self { input, output, ..self }.split_inclusive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SpanId, Timestamp, TraceId, telemetry::TokenBuckets};
    use serde_json::json;

    fn read(details: Value) -> Span {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "", Timestamp::from_nanos(1));
        span.kind = SpanKind::Llm;
        set_usage(&mut span, details.as_object().unwrap().clone(), "usage");
        span
    }

    fn is_complete(span: &Span) -> bool {
        !span.payload.attributes.contains_key("usage")
    }

    #[test]
    fn counts_under_langfuses_names_stand_beside_each_other() {
        let openai = json!({"input": 36, "output": 12, "total": 120, "input_cached_tokens": 64, "input_audio_tokens": 0,
            "output_reasoning_tokens": 8, "output_accepted_prediction_tokens": 0});
        let span = read(openai);
        let expected = TokenBuckets {
            input_uncached: Some(36),
            cache_read: Some(64),
            input_audio: Some(0),
            output_text: Some(12),
            output_reasoning: Some(8),
            ..Default::default()
        };
        assert_eq!((span.usage.buckets, span.usage.input_tokens, span.usage.split), (expected, Some(100), UsageSplit::Exact));
        assert!(is_complete(&span) && span.quality.is_empty(), "{span:?}");
    }

    #[test]
    fn writes_by_lifetime_are_parts_of_all_writes() {
        let langchain = json!({"input": 30, "output": 25, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000,
            "cache_creation_ephemeral_5m_input_tokens": 40, "cache_creation_ephemeral_1h_input_tokens": 10});
        let usage = read(langchain).usage;
        let buckets = usage.buckets;
        assert_eq!((buckets.input_uncached, buckets.cache_read, usage.input_tokens), (Some(30), Some(1000), Some(1080)));
        assert_eq!((buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown), (Some(40), Some(10), None));
        let streamed = read(json!({"input": 30, "output": 25, "input_cache_creation": 50, "input_cache_read": 1000}));
        assert_eq!((streamed.usage.buckets.cache_write_unknown, streamed.usage.input_tokens), (Some(50), Some(1080)));
        assert_eq!(streamed.quality, ["cache_write_lifetime_unknown"]);
        let by_lifetime = read(json!({"input": 30, "input_cache_creation": 0, "input_ephemeral_5m_input_tokens": 40}));
        assert_eq!((by_lifetime.usage.buckets.cache_write_5m, by_lifetime.quality), (Some(40), vec![]));
    }

    #[test]
    fn a_total_that_only_adds_up_the_other_way_is_believed() {
        let usage = read(json!({"input": 100, "output": 20, "total": 120, "input_cached_tokens": 64})).usage;
        assert_eq!((usage.buckets.input_uncached, usage.buckets.cache_read, usage.input_tokens), (Some(36), Some(64), Some(100)));
    }

    #[test]
    fn a_providers_own_object_counts_as_the_provider_does() {
        let openai = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 8}});
        let buckets = read(openai).usage.buckets;
        assert_eq!((buckets.input_uncached, buckets.cache_read), (Some(36), Some(64)));
        assert_eq!((buckets.output_text, buckets.output_reasoning), (Some(12), Some(8)));
        let anthropic =
            json!({"input_tokens": 30, "output_tokens": 25, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 50});
        assert_eq!(read(anthropic).usage.input_tokens, Some(1080));
    }

    #[test]
    fn what_has_no_bucket_is_told() {
        let span = read(json!({"input": 5, "input_video_tokens": 7, "images": 2, "output": 1}));
        assert_eq!((span.usage.buckets.input_uncached, span.usage.buckets.output_text), (Some(12), Some(1)));
        assert!(!is_complete(&span));
        let images = read(json!({"images": 2}));
        assert!(images.usage.is_unknown() && !is_complete(&images));
    }

    #[test]
    fn the_count_of_an_embedding_is_its_total() {
        let mut span = read(json!({}));
        span.kind = SpanKind::Embedding;
        set_usage(&mut span, json!({"input": 16}).as_object().unwrap().clone(), "usage");
        assert_eq!((span.usage.total_tokens, span.usage.split, span.billed), (Some(16), UsageSplit::Exact, true));
    }
}
