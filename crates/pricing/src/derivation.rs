//! How a span's cost came about, for people: the same computation as [`crate::cost_span`], with everything it decided on the way.

use crate::{
    book::{MatchRule, Tried, date, write::field},
    facts::CallFacts,
    formula::{Computation, Line},
    span::{Found, Priced, Prices, price_span},
    tier::ServiceTier,
};
use model::{
    Money,
    telemetry::{CostSource, Span, UsageSplit},
};
use serde::Serialize;

/// The whole derivation. Prices and exact amounts are decimal text; sums are what the span stores.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Derivation {
    /// As `cost.source` of the span says.
    pub source: CostSource,
    /// The row, e.g. `openai/gpt-4o`; null when no rule led to one.
    pub price_id: Option<String>,
    pub price_version: Option<String>,
    /// How the model's name led to the row.
    pub rule: Option<MatchRule>,
    /// The names that were looked up, in this order. The last one is the row's, where there is one.
    pub tried: Vec<Tried>,
    /// Whether the client reported the split into buckets, or it was assumed.
    pub split: UsageSplit,
    /// The adapter that read the counts.
    pub counted_by: String,
    pub lines: Vec<DerivedLine>,
    pub decisions: Vec<Decision>,
    pub input_usd: Option<Money>,
    pub output_usd: Option<Money>,
    /// Searches and whatever else is neither input nor output.
    pub others_usd: Option<Money>,
    pub total_usd: Option<Money>,
    pub reported_usd: Option<Money>,
    /// Ours minus the client's, where both are known and differ.
    pub difference_usd: Option<Money>,
    /// The notes that pricing adds to the span.
    pub notes: Vec<&'static str>,
}

/// One bucket: `units × unit_price_usd × factor = amount_usd`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DerivedLine {
    pub bucket: &'static str,
    pub units: String,
    /// Null: the row has no price for it.
    pub unit_price_usd: Option<String>,
    /// The price in the row, e.g. `input>200000@batch`.
    pub price: Option<String>,
    /// The bucket's own price is missing: another stands in.
    pub is_fallback: bool,
    pub is_off_peak: bool,
    pub factor: String,
    pub amount_usd: Option<String>,
}

/// Something that was chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Decision {
    /// `service_tier`, `context`, `off_peak`, `factor`, `validity` or `prices`.
    pub about: &'static str,
    pub decided: String,
}

/// Explains what [`crate::cost_span`] does with this span.
pub fn explain<'a>(prices: impl Into<Prices<'a>>, span: &Span) -> Derivation {
    let mut tried = Vec::new();
    let priced = span.kind.is_request().then(|| price_span(prices.into(), span, Some(&mut tried)));
    let amounts = priced.as_ref().and_then(|priced| priced.outcome.ok());
    let reported = span.cost.reported_usd;
    let stands_in = reported.filter(|amount| *amount >= Money::ZERO && amounts.is_none() && priced.is_some());
    let found = priced.as_ref().and_then(|priced| priced.found.as_ref());
    let computation = priced.as_ref().and_then(|priced| priced.computation.as_ref());
    Derivation {
        source: match (amounts, stands_in) {
            (Some(_), _) => CostSource::Computed,
            (None, Some(_)) => CostSource::Reported,
            (None, None) => CostSource::Unknown,
        },
        price_id: found.map(|found| found.price_id.clone()),
        price_version: found.map(|found| found.price_version.clone()),
        rule: found.map(|found| found.matched.rule),
        tried,
        split: span.usage.split,
        counted_by: span.source.convention.clone(),
        lines: computation.map(|computation| computation.lines.iter().map(derived).collect()).unwrap_or_default(),
        decisions: found.zip(computation).map(|(found, computation)| decisions(found, computation, span)).unwrap_or_default(),
        input_usd: amounts.map(|amounts| amounts.input),
        output_usd: amounts.map(|amounts| amounts.output),
        others_usd: amounts.map(|amounts| amounts.others),
        total_usd: amounts.map(|amounts| amounts.total).or(stands_in),
        reported_usd: reported,
        difference_usd: amounts.zip(reported).and_then(|(ours, theirs)| difference(ours.total, theirs)),
        notes: priced.map(|priced| notes(priced, span)).unwrap_or_default(),
    }
}

/// Of a call that is running nothing is missing yet.
fn notes(priced: Priced, span: &Span) -> Vec<&'static str> {
    priced.outcome.err().filter(|_| !span.running).into_iter().chain(priced.notes).collect()
}

fn difference(ours: Money, theirs: Money) -> Option<Money> {
    let difference = ours.as_picodollars().saturating_sub(theirs.as_picodollars());
    (difference != 0).then(|| Money::from_picodollars(difference))
}

fn derived(line: &Line) -> DerivedLine {
    DerivedLine {
        bucket: line.bucket,
        units: line.units.normalize().to_string(),
        unit_price_usd: line.rate.map(|rate| rate.price.usd.normalize().to_string()),
        price: line.rate.map(|rate| field(&rate.price)),
        is_fallback: line.rate.is_some_and(|rate| rate.price.dimension != line.dimension),
        is_off_peak: line.rate.is_some_and(|rate| rate.off_peak),
        factor: line.factor.normalize().to_string(),
        amount_usd: line.amount.map(|amount| amount.normalize().to_string()),
    }
}

fn decisions(found: &Found, computation: &Computation, span: &Span) -> Vec<Decision> {
    let row = found.matched.row;
    let facts = CallFacts::of(span);
    let mut decisions = Vec::new();
    let mut decide = |about, decided: String| decisions.push(Decision { about, decided });
    let tier = computation.conditions.tier;
    if let Some(reported) = facts.service_tier {
        decide(
            "service_tier",
            match (computation.unknown_tier, row.has_tier(tier)) {
                (true, _) => format!("{reported:?} is no tier that is known: the standard prices apply"),
                (false, false) => {
                    format!("{reported:?} means {}, which the row has no prices for: the standard prices apply", tier.as_str())
                }
                (false, true) => format!("{reported:?} means {}", tier.as_str()),
            },
        );
    }
    let input = computation.conditions.input_tokens;
    let thresholds = row.prices.iter().filter(|price| price.above > 0 && (price.tier == tier || price.tier == ServiceTier::Standard));
    let mut thresholds: Vec<_> = thresholds.map(|price| price.above).collect();
    thresholds.sort_unstable();
    thresholds.dedup();
    for above in thresholds {
        let is_above = input > above || (row.threshold_included && input == above);
        let word = if is_above { "above: its prices are for the whole request" } else { "not above" };
        decide("context", format!("{input} input tokens, threshold {above}: {word}"));
    }
    if row.off_peak.is_some() {
        let word = if computation.conditions.off_peak { "inside" } else { "outside" };
        decide("off_peak", format!("the call started {word} the hours of other prices"));
    }
    for multiplier in facts.factors(row) {
        decide("factor", format!("{} × {} on tokens", multiplier.when, multiplier.factor.normalize()));
    }
    if !found.factor.is_zero() && found.factor != rust_decimal::Decimal::ONE {
        decide("factor", format!("your own discount: × {} on everything", found.factor.normalize()));
    }
    if let Some(until) = row.until.filter(|until| *until <= span.start_time) {
        decide("validity", format!("the row is valid until {}, before this call: it is the last one known", date::text(until)));
    }
    if let Some(from) = row.from.filter(|from| *from > span.start_time) {
        decide("validity", format!("the row is valid from {}, after this call: it is the first one known", date::text(from)));
    }
    for other in &row.others {
        decide("prices", format!("{} at {} US dollars is not counted in usage", other.name, other.usd.normalize()));
    }
    decisions
}
