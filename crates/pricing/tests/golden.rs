//! Costs that are known from elsewhere: two answers of real clients, as two other programs priced them, and the rules at the edges.
#![allow(clippy::unwrap_used, reason = "tests")]

use model::{
    Money, SpanId, Timestamp, TraceId,
    telemetry::{CostSource, Span, SpanKind, Status, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{PriceBook, cost_span};

fn call(provider: &str, model: &str, buckets: TokenBuckets) -> Span {
    let mut span = Span::new(TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap(), "chat", Timestamp::from_nanos(0));
    span.kind = SpanKind::Llm;
    span.provider = Some(provider.to_owned());
    span.request_model = Some(model.to_owned());
    span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
    span
}

fn priced(mut span: Span) -> Span {
    cost_span(PriceBook::embedded(), &mut span);
    span
}

fn dollars(amount: Option<Money>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn in_and_out(input: u64, output: u64) -> TokenBuckets {
    TokenBuckets { input_uncached: Some(input), output_text: Some(output), ..Default::default() }
}

#[test]
fn an_anthropic_call_with_both_cache_lifetimes_and_a_web_search() {
    let span = priced(call(
        "anthropic",
        "claude-sonnet-4-5",
        TokenBuckets {
            input_uncached: Some(30),
            cache_read: Some(1_000),
            cache_write_5m: Some(40),
            cache_write_1h: Some(10),
            output_text: Some(25),
            web_searches: Some(1),
            ..Default::default()
        },
    ));
    assert_eq!(dollars(span.cost.total_usd).as_deref(), Some("0.010975"));
    assert_eq!(dollars(span.cost.input_usd).as_deref(), Some("0.0006"));
    assert_eq!(dollars(span.cost.output_usd).as_deref(), Some("0.000375"));
    assert_eq!(span.cost.source, CostSource::Computed);
    assert_eq!(span.cost.price_id.as_deref(), Some("anthropic/claude-sonnet-4-5"));
    assert_eq!(span.cost.price_version.as_deref(), Some(PriceBook::embedded().version()));
    assert!(span.quality.is_empty(), "{:?}", span.quality);
}

#[test]
fn an_openai_call_with_cached_input_and_reasoning() {
    let buckets = TokenBuckets {
        input_uncached: Some(36),
        cache_read: Some(64),
        output_text: Some(12),
        output_reasoning: Some(8),
        ..Default::default()
    };
    let mut span = call("openai", "gpt-4o-mini", buckets);
    span.response_model = Some("gpt-4o-mini-2024-07-18".to_owned());
    let span = priced(span);
    assert_eq!(dollars(span.cost.total_usd).as_deref(), Some("0.0000222"));
    assert_eq!(span.cost.price_id.as_deref(), Some("openai/gpt-4o-mini-2024-07-18"));
}

#[test]
fn a_long_context_reprices_the_whole_request() {
    let short = priced(call("gcp.gemini", "gemini-2.5-pro", in_and_out(200_000, 1_000)));
    let long = priced(call("gcp.gemini", "gemini-2.5-pro", in_and_out(200_001, 1_000)));
    assert_eq!(dollars(short.cost.total_usd).as_deref(), Some("0.26"));
    assert_eq!(dollars(long.cost.total_usd).as_deref(), Some("0.5150025"));
}

#[test]
fn a_withdrawn_model_keeps_its_last_price() {
    let span = priced(call("anthropic", "claude-3-5-sonnet-20241022", in_and_out(1_000, 100)));
    assert_eq!(dollars(span.cost.total_usd).as_deref(), Some("0.0045"));
    assert_eq!(span.cost.source, CostSource::Computed);
    assert_ne!(span.cost.price_version.as_deref(), Some(PriceBook::embedded().version()));
}

#[test]
fn an_unknown_model_costs_null_not_zero() {
    let span = priced(call("openai", "model-that-nobody-sells", in_and_out(10, 10)));
    assert_eq!((span.cost.total_usd, span.cost.input_usd, span.cost.output_usd), (None, None, None));
    assert_eq!(span.cost.source, CostSource::Unknown);
    assert_eq!(span.quality, ["unpriced_model"]);
}

#[test]
fn the_clients_figure_stands_in_only_when_ours_cannot_be_computed() {
    let reported: Money = "0.5".parse().unwrap();
    let mut known = call("openai", "gpt-4o-mini", in_and_out(100, 20));
    known.cost.reported_usd = Some(reported);
    let known = priced(known);
    assert_eq!((known.cost.source, known.cost.reported_usd), (CostSource::Computed, Some(reported)));
    assert_ne!(known.cost.total_usd, Some(reported));

    let mut unknown = call("openai", "model-that-nobody-sells", in_and_out(100, 20));
    unknown.cost.reported_usd = Some(reported);
    let unknown = priced(unknown);
    assert_eq!((unknown.cost.source, unknown.cost.total_usd), (CostSource::Reported, Some(reported)));
    assert_eq!((unknown.cost.input_usd, unknown.cost.price_id.clone()), (None, None));

    let mut negative = call("openai", "model-that-nobody-sells", in_and_out(100, 20));
    negative.cost.reported_usd = Some("-1".parse().unwrap());
    assert_eq!(priced(negative).cost.source, CostSource::Unknown);
}

#[test]
fn missing_usage_is_unknown_except_where_there_is_no_output() {
    let only_input = TokenBuckets { input_uncached: Some(1_000_000), ..Default::default() };
    let mut answer = call("openai", "gpt-4o-mini", only_input);
    answer.status = Status::Ok;
    let answer = priced(answer);
    assert_eq!((answer.cost.total_usd, answer.quality), (None, vec!["output_tokens_unknown".to_owned()]));

    let mut failed = call("openai", "gpt-4o-mini", only_input);
    failed.status = Status::Error;
    assert_eq!(dollars(priced(failed).cost.total_usd).as_deref(), Some("0.15"));

    let mut embedding = call("openai", "text-embedding-3-small", only_input);
    embedding.kind = SpanKind::Embedding;
    assert_eq!(dollars(priced(embedding).cost.total_usd).as_deref(), Some("0.02"));

    let nothing = priced(call("openai", "gpt-4o-mini", TokenBuckets::default()));
    assert_eq!((nothing.cost.total_usd, nothing.quality), (None, vec!["input_tokens_unknown".to_owned()]));
}

#[test]
fn of_a_call_that_is_running_nothing_is_missing_yet() {
    let mut begun = call("openai", "gpt-4o-mini", TokenBuckets::default());
    begun.running = true;
    let begun = priced(begun);
    assert_eq!((begun.cost.total_usd, begun.quality.as_slice()), (None, &[][..]));
    let ended = priced(Span { running: false, ..begun });
    assert_eq!(ended.quality, ["input_tokens_unknown"]);
}

#[test]
fn a_bucket_without_a_price_makes_the_whole_cost_unknown() {
    let buckets = TokenBuckets { web_searches: Some(1), ..in_and_out(10, 10) };
    let span = priced(call("mistral", "mistral-large-latest", buckets));
    assert_eq!((span.cost.total_usd, span.quality), (None, vec!["missing_bucket_price".to_owned()]));
}

#[test]
fn writes_of_unknown_lifetime_are_priced_as_five_minutes_and_flagged() {
    let write = |unknown, known| TokenBuckets { cache_write_unknown: unknown, cache_write_5m: known, ..in_and_out(1, 1) };
    let unknown = priced(call("anthropic", "claude-sonnet-4-5", write(Some(100), None)));
    let known = priced(call("anthropic", "claude-sonnet-4-5", write(None, Some(100))));
    assert_eq!(unknown.cost.total_usd, known.cost.total_usd);
    assert_eq!((unknown.quality, known.quality), (vec!["cache_write_assumed_5m".to_owned()], vec![]));
}

#[test]
fn containers_are_not_priced() {
    for kind in SpanKind::ALL.into_iter().filter(|kind| !kind.is_request()) {
        let mut span = call("openai", "gpt-4o-mini", in_and_out(100, 20));
        span.kind = kind;
        let span = priced(span);
        assert_eq!((span.cost.total_usd, span.cost.source), (None, CostSource::Unknown), "{kind:?}");
        assert!(span.quality.is_empty());
    }
}

#[test]
fn pricing_twice_changes_nothing() {
    let once = priced(call("openai", "gpt-4o-mini", in_and_out(100, 20)));
    assert_eq!(priced(once.clone()), once);
    let unknown = priced(call("openai", "model-that-nobody-sells", in_and_out(1, 1)));
    assert_eq!(priced(unknown.clone()), unknown);
}

#[test]
fn absurd_counts_are_unknown() {
    let span = priced(call("openai", "gpt-4o-mini", in_and_out(u64::MAX, 1)));
    assert_eq!((span.cost.total_usd, span.quality), (None, vec!["implausible_usage".to_owned()]));
}
