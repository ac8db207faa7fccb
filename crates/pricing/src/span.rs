//! The cost of a span, and how it came about.

use crate::{
    book::{PriceBook, PriceMatch, Tried},
    custom::{CustomPrices, Terms},
    facts::CallFacts,
    formula::{Amounts, Computation, Unpriced, compute},
};
use model::{
    Money,
    telemetry::{Cost, CostSource, Span, SpanKind, Status},
};
use rust_decimal::Decimal;

/// Quality notes that say why a cost is what it is.
pub(crate) mod note {
    use crate::formula::Unpriced;

    pub(crate) const UNPRICED_MODEL: &str = "unpriced_model";
    pub(crate) const INPUT_UNKNOWN: &str = "input_tokens_unknown";
    pub(crate) const OUTPUT_UNKNOWN: &str = "output_tokens_unknown";
    pub(crate) const WRITE_ASSUMED: &str = "cache_write_assumed_5m";
    pub(crate) const UNKNOWN_TIER: &str = "unknown_service_tier";
    pub(crate) const TIER_UNPRICED: &str = "service_tier_without_price";

    pub(crate) fn of(problem: Unpriced) -> &'static str {
        match problem {
            Unpriced::MissingPrice => "missing_bucket_price",
            Unpriced::Implausible => "implausible_usage",
            Unpriced::OutputImageUnknown => "output_image_tokens_unknown",
            Unpriced::NotPublished => "price_not_published",
            Unpriced::ImplausiblePrice => "price_implausible",
            Unpriced::Surcharge => "price_is_a_surcharge",
            Unpriced::NotByTokens => "not_billed_by_tokens",
        }
    }
}

/// The shipped (or updated) book, and the prices that go before it.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    pub book: &'a PriceBook,
    /// Lists in order: a project's, then everybody's.
    pub custom: &'a [&'a CustomPrices],
}

impl<'a> From<&'a PriceBook> for Prices<'a> {
    fn from(book: &'a PriceBook) -> Self {
        Self { book, custom: &[] }
    }
}

/// The row that was found for a span, and how it is named.
pub(crate) struct Found<'a> {
    pub matched: PriceMatch<'a>,
    /// What a discount leaves of the price.
    pub factor: Decimal,
    pub price_id: String,
    pub price_version: String,
}

/// Everything about a span's cost.
pub(crate) struct Priced<'a> {
    pub found: Option<Found<'a>>,
    pub computation: Option<Computation>,
    pub outcome: Result<Amounts, &'static str>,
    /// Notes beside the reason there is no cost.
    pub notes: Vec<&'static str>,
}

/// Fills `span.cost`: computed from its buckets when they and a price are known, else what the client reported, else unknown.
/// Containers cost nothing themselves and stay unknown. Reads `cost.reported_usd` and keeps it; adds quality notes where something kept
/// the cost from being computed (not while the span is running, of which nothing is missing yet), or is assumed in it. Doing it twice
/// changes nothing.
pub fn cost_span<'a>(prices: impl Into<Prices<'a>>, span: &mut Span) {
    let reported = span.cost.reported_usd;
    span.cost = Cost { reported_usd: reported, ..Cost::default() };
    if !span.kind.is_request() {
        return;
    }
    let priced = price_span(prices.into(), span, None);
    let notes = priced.notes;
    match (priced.outcome, priced.found) {
        (Ok(amounts), Some(found)) => {
            span.cost = Cost {
                total_usd: Some(amounts.total),
                input_usd: Some(amounts.input),
                output_usd: Some(amounts.output),
                source: CostSource::Computed,
                reported_usd: reported,
                price_id: Some(found.price_id),
                price_version: Some(found.price_version),
            };
        }
        (outcome, _) => {
            if let Some(amount) = reported.filter(|amount| *amount >= Money::ZERO) {
                span.cost.total_usd = Some(amount);
                span.cost.source = CostSource::Reported;
            }
            if !span.running {
                span.note(outcome.err().unwrap_or(note::UNPRICED_MODEL));
            }
        }
    }
    notes.into_iter().for_each(|note| span.note(note));
}

/// The one way from a span to its cost. `tried` is told the names that were looked up.
pub(crate) fn price_span<'a>(prices: Prices<'a>, span: &Span, tried: Option<&mut Vec<Tried>>) -> Priced<'a> {
    let facts = CallFacts::of(span);
    let buckets = &span.usage.buckets;
    let Some(found) = find(prices, span, tried) else {
        return Priced { found: None, computation: None, outcome: Err(note::UNPRICED_MODEL), notes: Vec::new() };
    };
    let row = found.matched.row;
    let computation = compute(row, buckets, &facts, found.factor);
    // Other units stand in for tokens where the model is billed by them.
    let by_units = computation.lines.iter().any(|line| matches!(line.bucket, "seconds" | "search_units"));
    // A call that failed, and embeddings, have no output to count; an answer does, and its cost is not known without it.
    let has_output = span.kind == SpanKind::Llm && span.status != Status::Error;
    let row_is_at_fault = matches!(
        computation.outcome,
        Err(Unpriced::NotByTokens | Unpriced::NotPublished | Unpriced::ImplausiblePrice | Unpriced::Surcharge)
    );
    let outcome = if by_units || row_is_at_fault {
        computation.outcome.map_err(note::of)
    } else if buckets.input_total().is_none() {
        Err(note::INPUT_UNKNOWN)
    } else if row.is_billed_by_units_only() {
        Err(note::of(Unpriced::NotByTokens))
    } else if has_output && buckets.output_total().is_none() {
        Err(note::OUTPUT_UNKNOWN)
    } else {
        computation.outcome.map_err(note::of)
    };
    let mut notes = Vec::new();
    if computation.unknown_tier {
        notes.push(note::UNKNOWN_TIER);
    } else if outcome.is_ok() && !row.has_tier(computation.conditions.tier) {
        notes.push(note::TIER_UNPRICED);
    }
    if outcome.is_ok() && buckets.cache_write_unknown.is_some_and(|tokens| tokens > 0) {
        notes.push(note::WRITE_ASSUMED);
    }
    Priced { found: Some(found), computation: Some(computation), outcome, notes }
}

/// What answered is what is billed; what was asked for may be an alias or a deployment's name.
fn find<'a>(prices: Prices<'a>, span: &Span, mut tried: Option<&mut Vec<Tried>>) -> Option<Found<'a>> {
    let provider = span.provider.as_deref();
    let at = span.start_time;
    let models = [&span.response_model, &span.request_model].map(Option::as_deref);
    let in_lists = |model: &str| prices.custom.iter().find_map(|list| Some((list.version(), list.find(provider, model, at)?)));
    let own = models.into_iter().flatten().find_map(in_lists);
    let mut factor = Decimal::ONE;
    match own.map(|(list, own)| (list, own, &own.terms)) {
        Some((list, own, Terms::Prices(row))) => {
            let matched = PriceMatch { provider: "custom", model: &own.id, row, rule: crate::MatchRule::Custom };
            return Some(Found { matched, factor, price_id: matched.price_id(), price_version: list.to_owned() });
        }
        Some((.., Terms::Factor(left))) => factor = *left,
        None => {}
    }
    let mut in_book = |model: &str| match tried.as_deref_mut() {
        Some(tried) => prices.book.price_traced(provider, model, at, tried),
        None => prices.book.price(provider, model, at),
    };
    let matched = models.into_iter().flatten().find_map(&mut in_book)?;
    let version = matched.row.as_of.as_deref().unwrap_or(prices.book.version());
    let price_version = match own {
        Some((list, _)) => format!("{version} × {list}"),
        None => version.to_owned(),
    };
    Some(Found { matched, factor, price_id: matched.price_id(), price_version })
}
