//! The derivation is the computation: for any call its sums are the span's, and its lines make them.
#![allow(clippy::unwrap_used, reason = "tests")]

use model::{
    Money, SpanId, Timestamp, TraceId,
    telemetry::{CostSource, Span, SpanKind, Status, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{CustomPrices, MatchRule, PriceBook, Prices, cost_span, explain};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;

fn count() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![2 => Just(None), 4 => (0..500_000u64).prop_map(Some), 1 => any::<u64>().prop_map(Some)]
}

const MODELS: &[(&str, &str)] = &[
    ("openai", "gpt-5.5"),
    ("anthropic", "claude-opus-4-6"),
    ("gemini", "gemini-2.5-pro"),
    ("deepseek", "deepseek-v4-pro"),
    ("gemini", "gemini-2.5-flash-image"),
    ("ollama", "llama3"),
    ("openai", "nobody-sells-this"),
    ("mistral", "mistral-large-latest"),
];

fn call() -> impl Strategy<Value = Span> {
    let tiers = prop_oneof![Just(None), Just(Some("flex")), Just(Some("batch")), Just(Some("priority")), Just(Some("warp"))];
    let kinds = prop_oneof![3 => Just(SpanKind::Llm), 1 => Just(SpanKind::Agent), 1 => Just(SpanKind::Embedding)];
    let counts = proptest::collection::vec(count(), 11);
    let reported = proptest::option::of(-10..1_000_000_000i64);
    (counts, 0..MODELS.len(), tiers, kinds, 0..2_000_000_000i64, reported, any::<bool>()).prop_map(
        |(counts, at, tier, kind, seconds, reported, failed)| {
            let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
            let mut span = Span::new(ids.0, ids.1, "chat", Timestamp::from_nanos(seconds * 1_000_000_000));
            span.kind = kind;
            span.status = if failed { Status::Error } else { Status::Ok };
            span.provider = Some(MODELS[at].0.to_owned());
            span.response_model = Some(MODELS[at].1.to_owned());
            let buckets = TokenBuckets {
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
            };
            span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
            span.cost.reported_usd = reported.map(|usd| Money::from_picodollars(usd.into()));
            let mut attribute = |name: &str, value| span.payload.attributes.insert(name.to_owned(), value);
            attribute("usage.inference_geo", json!("us"));
            tier.map(|tier| attribute("service_tier", json!(tier)));
            span
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn it_says_what_the_span_says(span in call()) {
        let derivation = explain(PriceBook::embedded(), &span);
        let mut priced = span;
        cost_span(PriceBook::embedded(), &mut priced);
        let cost = &priced.cost;
        prop_assert_eq!(derivation.total_usd, cost.total_usd);
        prop_assert_eq!((derivation.input_usd, derivation.output_usd), (cost.input_usd, cost.output_usd));
        prop_assert_eq!((derivation.source, derivation.reported_usd), (cost.source, cost.reported_usd));
        prop_assert_eq!(&derivation.notes, &priced.quality);
        if cost.source == CostSource::Computed {
            prop_assert_eq!(&derivation.price_id, &cost.price_id);
            let mut sum = Decimal::ZERO;
            for line in &derivation.lines {
                let number = |text: &Option<String>| text.as_deref().unwrap().parse::<Decimal>().unwrap();
                let amount = line.units.parse::<Decimal>().unwrap() * number(&line.unit_price_usd) * line.factor.parse::<Decimal>().unwrap();
                prop_assert_eq!(amount, number(&line.amount_usd));
                sum += amount;
            }
            // Three parts, each rounded by less than half of the last digit that is stored.
            let difference = Money::from_decimal(sum).unwrap().as_picodollars() - cost.total_usd.unwrap().as_picodollars();
            prop_assert!(difference.abs() <= 2, "{} {:?}", sum, cost.total_usd);
        }
    }

    #[test]
    fn more_tokens_never_cost_less(span in call(), more in 0..100_000u64) {
        let total = |span: &Span| {
            let mut span = span.clone();
            cost_span(PriceBook::embedded(), &mut span);
            (span.cost.source == CostSource::Computed).then_some(span.cost.total_usd).flatten()
        };
        let mut larger = span.clone();
        let text = &mut larger.usage.buckets.output_text;
        *text = text.map(|tokens| tokens.saturating_add(more));
        let input = &mut larger.usage.buckets.input_uncached;
        *input = input.map(|tokens| tokens.saturating_add(more));
        if let (Some(before), Some(after)) = (total(&span), total(&larger)) {
            prop_assert!(after >= before);
        }
    }
}

#[test]
fn a_derivation_shows_everything() {
    let span = |tier: &str| {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "chat", Timestamp::from_nanos(0));
        span.kind = SpanKind::Llm;
        span.provider = Some("gcp.gemini".to_owned());
        span.request_model = Some("models/gemini-2.5-pro".to_owned());
        let buckets = TokenBuckets {
            input_uncached: Some(200_000),
            cache_read: Some(1),
            output_text: Some(10),
            output_reasoning: Some(5),
            ..Default::default()
        };
        span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
        span.cost.reported_usd = Some("0.5".parse().unwrap());
        span.payload.attributes.insert("service_tier".to_owned(), json!(tier));
        span
    };
    let derivation = explain(PriceBook::embedded(), &span("ON_DEMAND_PRIORITY"));
    assert_eq!((derivation.price_id.as_deref(), derivation.rule), (Some("gemini/gemini-2.5-pro"), Some(MatchRule::Exact)));
    assert_eq!(derivation.tried.iter().map(|tried| tried.model.as_str()).collect::<Vec<_>>(), ["models/gemini-2.5-pro", "gemini-2.5-pro"]);
    let lines: Vec<_> = derivation.lines.iter().map(|line| (line.bucket, line.price.as_deref().unwrap(), line.is_fallback)).collect();
    let expected = [
        ("input_uncached", "input>200000@priority", false),
        ("cache_read", "cache_read>200000@priority", false),
        ("output_text", "output>200000@priority", false),
        ("output_reasoning", "output>200000@priority", true),
    ];
    assert_eq!(lines, expected);
    assert_eq!(derivation.total_usd.unwrap().to_string(), "0.90040545");
    assert_eq!(derivation.difference_usd.unwrap().to_string(), "0.40040545");
    let decided: Vec<_> = derivation.decisions.iter().map(|decision| (decision.about, decision.decided.as_str())).collect();
    let context = "200001 input tokens, threshold 200000: above: its prices are for the whole request";
    assert_eq!(decided, [("service_tier", "\"ON_DEMAND_PRIORITY\" means priority"), ("context", context)]);
    assert!(serde_json::to_value(&derivation).unwrap().is_object());
}

#[test]
fn prices_of_ones_own_go_first() {
    let custom = CustomPrices::from_json(
        "project-3",
        br#"[{"id":"deal","provider":"openai","model":"gpt-4o-mini","prices":{"input":"1","output":"2"}},
             {"id":"less","provider":"openai","model":"gpt-4o*","discount":"0.5"}]"#,
    )
    .unwrap();
    let prices = Prices { book: PriceBook::embedded(), custom: &[&custom] };
    let cost = |model: &str| {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "chat", Timestamp::from_nanos(0));
        span.kind = SpanKind::Llm;
        span.provider = Some("openai".to_owned());
        span.request_model = Some(model.to_owned());
        let buckets = TokenBuckets { input_uncached: Some(1_000_000), output_text: Some(0), ..Default::default() };
        span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
        let total = explain(prices, &span).total_usd;
        cost_span(prices, &mut span);
        assert_eq!(total, span.cost.total_usd);
        (total.map(|usd| usd.to_string()), span.cost.price_id, span.cost.price_version)
    };
    let some = |text: &str| Some(text.to_owned());
    let version = PriceBook::embedded().version();
    assert_eq!(cost("gpt-4o-mini"), (some("1"), some("custom/deal"), some("project-3")));
    assert_eq!(cost("gpt-4o"), (some("1.25"), some("openai/gpt-4o"), Some(format!("{version} × project-3"))));
    assert_eq!(cost("gpt-3.5-turbo"), (some("0.5"), some("openai/gpt-3.5-turbo"), some(version)));
}
