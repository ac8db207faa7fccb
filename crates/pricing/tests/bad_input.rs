//! Bad input has a stated outcome and a note: the table of `docs/cost.md`, for what reaches pricing.
#![allow(clippy::unwrap_used, reason = "tests")]

use model::{
    Money, SpanId, Timestamp, TraceId,
    telemetry::{CostSource, Span, SpanKind, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{PriceBook, cost_span};
use serde_json::{Value, json};

fn priced(provider: &str, model: &str, buckets: TokenBuckets, attributes: &[(&str, Value)]) -> Span {
    let mut span = Span::new(TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap(), "chat", Timestamp::from_nanos(0));
    span.kind = SpanKind::Llm;
    span.provider = Some(provider.to_owned());
    span.request_model = Some(model.to_owned());
    span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
    span.payload.attributes.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    cost_span(PriceBook::embedded(), &mut span);
    span
}

fn in_and_out(input: u64, output: u64) -> TokenBuckets {
    TokenBuckets { input_uncached: Some(input), output_text: Some(output), ..Default::default() }
}

#[test]
fn each_has_its_outcome_and_its_note() {
    let (some, absurd) = (in_and_out(1_000_000, 0), in_and_out(1_000_000_000_000_001, 1));
    let tier = |name: &str| vec![("service_tier", json!(name))];
    for (provider, model, buckets, attributes, total, notes) in [
        ("openai", "gpt-4o-mini", absurd, vec![], None, vec!["implausible_usage"]),
        ("openai", "gpt-4o-mini", in_and_out(1_000_000_000_000, 0), vec![], Some("150000"), vec![]),
        ("openai", "gpt-4o-mini", some, tier("warp"), Some("0.15"), vec!["unknown_service_tier"]),
        ("openai", "gpt-4o-mini", some, tier("ultrafast"), Some("0.15"), vec!["service_tier_without_price"]),
        ("openai", "gpt-4o-mini", some, tier("batch"), Some("0.075"), vec![]),
        ("openai", "gpt-4o-mini", some, tier("default"), Some("0.15"), vec![]),
        ("openai", "gpt-4o-mini", some, vec![("service_tier", json!(7))], Some("0.15"), vec![]),
        ("openai", "gpt-4o-mini", TokenBuckets { output_text: Some(1), ..Default::default() }, vec![], None, vec!["input_tokens_unknown"]),
        ("openai", "dall-e-3", some, vec![], None, vec!["not_billed_by_tokens"]),
        ("openai", "whisper-1", TokenBuckets::default(), vec![], None, vec!["input_tokens_unknown"]),
        ("openai", "whisper-1", TokenBuckets::default(), vec![("usage.seconds", json!(10.5))], Some("0.00105"), vec![]),
        ("openai", "whisper-1", TokenBuckets::default(), vec![("usage.seconds", json!(-1))], None, vec!["input_tokens_unknown"]),
        ("ollama", "llama3", some, vec![], None, vec!["price_not_published"]),
        ("gemini", "gemini-2.5-flash-image", in_and_out(1, 1), vec![], None, vec!["output_image_tokens_unknown"]),
        ("cohere", "rerank-v3.5", some, vec![("usage.billed_units.search_units", json!(2))], Some("0.004"), vec![]),
        ("cohere", "rerank-v3.5", some, vec![], None, vec!["not_billed_by_tokens"]),
    ] {
        let span = priced(provider, model, buckets, &attributes);
        let found = (span.cost.total_usd.map(|usd| usd.to_string()), span.quality);
        let notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
        assert_eq!(found, (total.map(str::to_owned), notes), "{model} {attributes:?}");
    }
}

#[test]
fn a_negative_figure_is_no_cost() {
    let mut span = priced("openai", "model-that-nobody-sells", in_and_out(1, 1), &[]);
    span.cost.reported_usd = Some("-1".parse::<Money>().unwrap());
    cost_span(PriceBook::embedded(), &mut span);
    assert_eq!((span.cost.source, span.cost.total_usd), (CostSource::Unknown, None));
}
