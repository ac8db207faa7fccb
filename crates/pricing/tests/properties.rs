//! For any counts: the parts make the total, the amounts are exact, nothing panics.
#![allow(clippy::unwrap_used, reason = "tests")]

use model::{Timestamp, telemetry::TokenBuckets};
use pricing::{CallFacts, Dimension, MAX_UNITS_PER_BUCKET, PriceBook, PriceRow, Unpriced, price_buckets};
use proptest::prelude::*;

fn count() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![Just(None), (0..5_000_000u64).prop_map(Some), (0..=MAX_UNITS_PER_BUCKET).prop_map(Some), any::<u64>().prop_map(Some)]
}

fn buckets() -> impl Strategy<Value = TokenBuckets> {
    proptest::collection::vec(count(), 11).prop_map(|counts| TokenBuckets {
        input_uncached: counts[0],
        cache_read: counts[1],
        cache_write_5m: counts[2],
        cache_write_1h: counts[3],
        cache_write_unknown: counts[4],
        input_audio: counts[5],
        input_image: counts[6],
        output_text: counts[7],
        output_reasoning: counts[8],
        output_audio: counts[9],
        web_searches: counts[10],
    })
}

fn has_implausible_count(b: &TokenBuckets) -> bool {
    let inputs = [b.input_uncached, b.cache_read, b.cache_write_5m, b.cache_write_1h, b.cache_write_unknown, b.input_audio, b.input_image];
    let others = [b.output_text, b.output_reasoning, b.output_audio, b.web_searches];
    inputs.iter().chain(&others).flatten().any(|units| *units > MAX_UNITS_PER_BUCKET)
}

const MODELS: &[(&str, &str)] = &[
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gemini", "gemini-2.5-pro"),
    ("xai", "grok-4.3"),
    ("openai", "gpt-realtime"),
    ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("mistral", "mistral-large-latest"),
];

const NOW: Timestamp = Timestamp::from_nanos(1_795_000_000_000_000_000);

fn row(provider: &str, model: &str) -> &'static PriceRow {
    PriceBook::embedded().price(Some(provider), model, NOW).unwrap().row
}

fn facts() -> CallFacts<'static> {
    CallFacts::at(NOW)
}

proptest! {
    #[test]
    fn parts_make_the_total(buckets in buckets(), at in 0..MODELS.len()) {
        let (provider, model) = MODELS[at];
        let row = row(provider, model);
        match price_buckets(row, &buckets, &facts()) {
            Ok(amounts) => {
                let parts = [amounts.input, amounts.output, amounts.others];
                prop_assert_eq!(parts.map(|part| part.as_picodollars()).iter().sum::<i128>(), amounts.total.as_picodollars());
                prop_assert!(parts.iter().all(|part| part.as_picodollars() >= 0));
            }
            Err(Unpriced::MissingPrice) => {
                let has = |dimension| row.prices.iter().any(|price| price.dimension == dimension);
                prop_assert!(!has(Dimension::WebSearch) && !has(Dimension::WebSearchPrompt) && buckets.web_searches > Some(0));
            },
            Err(problem) => {
                prop_assert_eq!(problem, Unpriced::Implausible);
                prop_assert!(has_implausible_count(&buckets));
            }
        }
    }

    #[test]
    fn amounts_are_what_integers_say(input in 0..5_000_000u64, output in 0..5_000_000u64) {
        let buckets = TokenBuckets { input_uncached: Some(input), output_text: Some(output), ..Default::default() };
        let amounts = price_buckets(row("openai", "gpt-4o-mini"), &buckets, &facts()).unwrap();
        prop_assert_eq!(amounts.total.as_picodollars(), i128::from(input) * 150_000 + i128::from(output) * 600_000);
    }

    #[test]
    fn any_names_are_survived(provider in proptest::option::of(".{0,80}"), model in ".{0,600}") {
        PriceBook::embedded().price(provider.as_deref(), &model, NOW);
    }

    #[test]
    fn names_made_of_the_parts_of_names_are_survived(
        model in "(us\\.|eu/|models/|arn:|ft:|openai/|@|:)*[a-zé-]{0,8}(-2024-01-01|-20240101|-latest|@default|/)*"
    ) {
        for provider in [None, Some("openai"), Some("azure"), Some("bedrock")] {
            PriceBook::embedded().price(provider, &model, NOW);
        }
    }
}
