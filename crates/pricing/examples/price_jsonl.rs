//! Prices calls, one JSON object a line: `{"provider", "model", "kind"?, "at"?, "usage": {buckets}, "attributes"?: {…}}` → `{"usd", "price_id", "notes"}`.
//!
//! `cargo run -p pricing --example price_jsonl < calls.jsonl`. With `--explain` the whole derivation of each.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{Attributes, Span, SpanKind, TokenBuckets, TokenUsage, UsageSplit},
};
use pricing::{PriceBook, cost_span, explain};
use serde::Deserialize;
use serde_json::json;
use std::{
    error::Error,
    io::{self, BufRead, BufWriter, Write},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    provider: Option<String>,
    model: String,
    /// Nanoseconds since 1970.
    #[serde(default)]
    at: i64,
    usage: TokenBuckets,
    /// `llm` when not told.
    kind: Option<SpanKind>,
    #[serde(default)]
    attributes: Attributes,
}

fn main() -> Result<(), Box<dyn Error>> {
    let explains = std::env::args().any(|argument| argument == "--explain");
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let mut span = span(serde_json::from_str(&line?)?)?;
        let book = PriceBook::embedded();
        let answer = if explains {
            serde_json::to_value(explain(book, &span))?
        } else {
            cost_span(book, &mut span);
            json!({ "usd": span.cost.total_usd.map(|usd| usd.to_string()), "price_id": span.cost.price_id, "notes": span.quality })
        };
        writeln!(out, "{answer}")?;
    }
    Ok(out.flush()?)
}

fn span(call: Call) -> Result<Span, Box<dyn Error>> {
    let (trace, id) = (TraceId::from_bytes([1; 16])?, SpanId::from_bytes([1; 8])?);
    let mut span = Span::new(trace, id, "call", Timestamp::from_nanos(call.at));
    span.kind = call.kind.unwrap_or(SpanKind::Llm);
    span.provider = call.provider;
    span.request_model = Some(call.model);
    span.usage = TokenUsage::from_buckets(call.usage, UsageSplit::Exact, None);
    span.payload.attributes = call.attributes;
    Ok(span)
}
