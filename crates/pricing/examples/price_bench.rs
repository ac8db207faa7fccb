//! Nanoseconds per `cost_span` and per `explain`, and the time to read the table: `cargo run --profile fast -p pricing --example price_bench`.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{Span, SpanKind, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{PriceBook, cost_span, explain};
use std::{hint::black_box, time::Instant};

/// The fastest batch counts: what else the machine does only adds.
const BATCHES: u32 = 40;
const ROUNDS: u32 = 5_000;

fn main() {
    let start = Instant::now();
    let book = PriceBook::embedded();
    println!("table read in {:?}: {} rows", start.elapsed(), book.len());
    for (provider, model, tier) in [
        (Some("openai"), "gpt-4o-mini", None),
        (Some("openai"), "gpt-5.5", Some("flex")),
        (Some("anthropic"), "claude-opus-4-6", Some("standard")),
        (Some("deepseek"), "deepseek-v4-pro", None),
        (Some("gcp.gemini"), "models/gemini-2.5-pro", Some("ON_DEMAND_PRIORITY")),
        (Some("aws.bedrock"), "sa.anthropic.claude-opus-5@default", None),
        (None, "gpt-4o-mini-2031-01-01", None),
        (Some("openai"), "model-that-nobody-sells", None),
    ] {
        let mut span = example(provider, model);
        let attributes = &mut span.payload.attributes;
        tier.map(|tier| attributes.insert("service_tier".to_owned(), tier.into()));
        attributes.insert("usage.inference_geo".to_owned(), "us".into());
        let each = |work: &mut dyn FnMut()| {
            let batch = |_| {
                let start = Instant::now();
                (0..ROUNDS).for_each(|_| work());
                (start.elapsed() / ROUNDS).as_nanos()
            };
            (0..BATCHES).map(batch).min().unwrap_or_default()
        };
        let cost = each(&mut || cost_span(book, black_box(&mut span)));
        let explained = each(&mut || drop(black_box(explain(book, black_box(&span)))));
        println!("{cost:>6} ns, explained {explained:>6} ns  {provider:?} {model} {tier:?} -> {:?}", span.cost.price_id);
    }
}

fn example(provider: Option<&str>, model: &str) -> Span {
    let (Ok(trace), Ok(id)) = (TraceId::from_bytes([1; 16]), SpanId::from_bytes([1; 8])) else { unreachable!("the ids are not zero") };
    let mut span = Span::new(trace, id, "chat", Timestamp::from_nanos(0));
    span.kind = SpanKind::Llm;
    span.provider = provider.map(str::to_owned);
    span.request_model = Some(model.to_owned());
    let buckets = TokenBuckets {
        input_uncached: Some(1_000),
        cache_read: Some(500),
        output_text: Some(200),
        output_reasoning: Some(100),
        ..Default::default()
    };
    span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
    span
}
