//! The cost of a span.

use crate::{
    book::{PriceBook, PriceMatch},
    formula::{Amounts, Unpriced, price_buckets},
};
use model::{
    Money,
    telemetry::{Cost, CostSource, Span, SpanKind, Status},
};

/// Quality notes that say why a cost is what it is.
mod note {
    pub(super) const UNPRICED_MODEL: &str = "unpriced_model";
    pub(super) const MISSING_PRICE: &str = "missing_bucket_price";
    pub(super) const IMPLAUSIBLE: &str = "implausible_usage";
    pub(super) const INPUT_UNKNOWN: &str = "input_tokens_unknown";
    pub(super) const OUTPUT_UNKNOWN: &str = "output_tokens_unknown";
    pub(super) const WRITE_ASSUMED: &str = "cache_write_assumed_5m";
}

/// Fills `span.cost`: computed from its buckets when they and a price are known, else what the client reported, else unknown.
/// Containers cost nothing themselves and stay unknown. Reads `cost.reported_usd` and keeps it; adds a quality note where
/// something kept the cost from being computed: not while the span is running, of which nothing is missing yet. Doing it twice
/// changes nothing.
pub fn cost_span(book: &PriceBook, span: &mut Span) {
    let reported = span.cost.reported_usd;
    span.cost = Cost { reported_usd: reported, ..Cost::default() };
    if !span.kind.is_request() {
        return;
    }
    match computed(book, span) {
        Ok((found, amounts)) => {
            span.cost = Cost {
                total_usd: Some(amounts.total),
                input_usd: Some(amounts.input),
                output_usd: Some(amounts.output),
                source: CostSource::Computed,
                reported_usd: reported,
                price_id: Some(found.price_id()),
                price_version: Some(found.row.as_of.as_deref().unwrap_or(book.version()).to_owned()),
            };
            if span.usage.buckets.cache_write_unknown.is_some_and(|tokens| tokens > 0) {
                span.note(note::WRITE_ASSUMED);
            }
        }
        Err(reason) => {
            if let Some(amount) = reported.filter(|amount| *amount >= Money::ZERO) {
                span.cost.total_usd = Some(amount);
                span.cost.source = CostSource::Reported;
            }
            if !span.running {
                span.note(reason);
            }
        }
    }
}

fn computed<'a>(book: &'a PriceBook, span: &Span) -> Result<(PriceMatch<'a>, Amounts), &'static str> {
    let buckets = &span.usage.buckets;
    let found = price_of(book, span).ok_or(note::UNPRICED_MODEL)?;
    if buckets.input_total().is_none() {
        return Err(note::INPUT_UNKNOWN);
    }
    // A call that failed, and embeddings, have no output to count; an answer does, and its cost is not known without it.
    let has_output = span.kind == SpanKind::Llm && span.status != Status::Error;
    if has_output && buckets.output_total().is_none() {
        return Err(note::OUTPUT_UNKNOWN);
    }
    match price_buckets(found.row, buckets) {
        Ok(amounts) => Ok((found, amounts)),
        Err(Unpriced::MissingPrice) => Err(note::MISSING_PRICE),
        Err(Unpriced::Implausible) => Err(note::IMPLAUSIBLE),
    }
}

/// What answered is what is billed; what was asked for may be an alias or a deployment's name.
fn price_of<'a>(book: &'a PriceBook, span: &Span) -> Option<PriceMatch<'a>> {
    let find = |model: &Option<String>| model.as_deref().and_then(|model| book.price(span.provider.as_deref(), model));
    find(&span.response_model).or_else(|| find(&span.request_model))
}
