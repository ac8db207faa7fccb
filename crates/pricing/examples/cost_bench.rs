//! Nanoseconds per `cost_span`, and the time to read the table: `cargo run --profile fast -p pricing --example cost_bench`.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{Span, SpanKind, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{PriceBook, cost_span};
use std::{hint::black_box, time::Instant};

const ROUNDS: u32 = 200_000;

fn main() {
    let start = Instant::now();
    let book = PriceBook::embedded();
    println!("table read in {:?}: {} rows", start.elapsed(), book.len());
    for (provider, model) in [
        (Some("openai"), "gpt-4o-mini"),
        (Some("gcp.gemini"), "models/gemini-2.5-pro"),
        (Some("aws.bedrock"), "sa.anthropic.claude-opus-5@default"),
        (None, "gpt-4o-mini-2031-01-01"),
        (Some("openai"), "model-that-nobody-sells"),
    ] {
        let mut span = example(provider, model);
        let start = Instant::now();
        for _ in 0..ROUNDS {
            cost_span(book, black_box(&mut span));
        }
        println!("{:>6} ns  {provider:?} {model} -> {:?}", (start.elapsed() / ROUNDS).as_nanos(), span.cost.price_id);
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
