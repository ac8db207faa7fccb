//! The one computation: units × prices × factors. [`crate::cost_span`] takes its sums, [`crate::explain`] shows all of it.

use crate::{
    dimension::Dimension,
    facts::CallFacts,
    row::{Conditions, Defect, PriceRow, Rate},
    tier::ServiceTier,
};
use model::{Money, telemetry::TokenBuckets};
use rust_decimal::Decimal;

/// More tokens than this in one bucket of one call is a broken counter, not a call: the largest contexts have millions.
/// The bound also keeps every product and sum inside a decimal's 96 bits, so nothing overflows.
pub const MAX_UNITS_PER_BUCKET: u64 = 1_000_000_000_000;

/// What a call cost, by part. `total` is their sum: input + output + what is billed by search or call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    pub input: Money,
    pub output: Money,
    pub others: Money,
    pub total: Money,
}

/// Why a row cannot price a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpriced {
    #[error("a bucket holds tokens that the row has no price for")]
    MissingPrice,
    #[error("a bucket holds more than {MAX_UNITS_PER_BUCKET} units")]
    Implausible,
    #[error("images in the answer cost more than text, and nobody told how many tokens are theirs")]
    OutputImageUnknown,
    #[error("the row says zero for everything, which may mean free or not known")]
    NotPublished,
    #[error("the row's price is beyond any real one")]
    ImplausiblePrice,
    #[error("the row's price comes on top of another model's")]
    Surcharge,
    #[error("the model is billed in units that the usage does not count")]
    NotByTokens,
}

/// Which part of the sum a unit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Input,
    Output,
    Other,
}

/// One kind of unit of the call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub bucket: &'static str,
    pub side: Side,
    pub dimension: Dimension,
    pub units: Decimal,
    /// `None`: the row has no price for it.
    pub rate: Option<Rate>,
    pub factor: Decimal,
    /// Exact. `None` without a price, or for a count that is no count.
    pub amount: Option<Decimal>,
}

/// How a call was priced with a row.
#[derive(Debug, Clone)]
pub(crate) struct Computation {
    pub lines: Vec<Line>,
    pub conditions: Conditions,
    /// The call named a tier that is not known.
    pub unknown_tier: bool,
    pub outcome: Result<Amounts, Unpriced>,
}

/// Prices each bucket of a call that starts at `facts.start`. A bucket that is unknown or empty needs no price; any other without one
/// fails, for a missing price is not zero.
pub fn price_buckets(row: &PriceRow, buckets: &TokenBuckets, facts: &CallFacts) -> Result<Amounts, Unpriced> {
    compute(row, buckets, facts, Decimal::ONE).outcome
}

/// `discount` is a factor on everything: 1 is none.
pub(crate) fn compute(row: &PriceRow, buckets: &TokenBuckets, facts: &CallFacts, discount: Decimal) -> Computation {
    let tier = facts.tier();
    let conditions = Conditions {
        tier: tier.unwrap_or(ServiceTier::Standard),
        input_tokens: buckets.input_total().unwrap_or(0),
        off_peak: row.off_peak.as_ref().is_some_and(|off_peak| off_peak.is_open(facts.start)),
    };
    let tokens = facts.factors(row).fold(discount, |product, multiplier| product * multiplier.factor);
    let mut lines = Vec::with_capacity(8);
    let mut problem = match row.defect {
        None => None,
        Some(Defect::NotPublished) => Some(Unpriced::NotPublished),
        Some(Defect::Implausible) => Some(Unpriced::ImplausiblePrice),
        Some(Defect::Surcharge) => Some(Unpriced::Surcharge),
        Some(Defect::NotByTokens) => Some(Unpriced::NotByTokens),
    };
    for (bucket, side, dimension, units) in units_of(row, buckets, facts, &mut problem) {
        let rate = row.rate(dimension, conditions);
        let factor = if dimension.is_token() { tokens } else { discount };
        let plausible = units <= Decimal::from(MAX_UNITS_PER_BUCKET);
        let amount = match rate {
            _ if !plausible => {
                problem = problem.or(Some(Unpriced::Implausible));
                None
            }
            None => {
                problem = problem.or(Some(Unpriced::MissingPrice));
                None
            }
            Some(rate) => {
                let plain = units.checked_mul(rate.price.usd);
                let product = if factor == Decimal::ONE { plain } else { plain.and_then(|usd| usd.checked_mul(factor)) };
                if product.is_none() {
                    problem = problem.or(Some(Unpriced::Implausible));
                }
                product
            }
        };
        lines.push(Line { bucket, side, dimension, units, rate, factor, amount });
    }
    let outcome = match problem {
        Some(problem) => Err(problem),
        None => sums(&lines).ok_or(Unpriced::Implausible),
    };
    Computation { lines, conditions, unknown_tier: tier.is_none(), outcome }
}

type Counted = (&'static str, Side, Dimension, Decimal);

/// What the call is billed for: the filled buckets, and the other units that the row has prices for.
fn units_of<'a>(
    row: &'a PriceRow,
    buckets: &TokenBuckets,
    facts: &CallFacts,
    problem: &mut Option<Unpriced>,
) -> impl Iterator<Item = Counted> + use<'a> {
    let image = output_image(row, buckets, facts, problem);
    let searched = buckets.web_searches.filter(|searches| *searches > 0);
    let by_prompt = row.has(Dimension::WebSearchPrompt) && !row.has(Dimension::WebSearch);
    let searches = if by_prompt {
        ("web_searches", Side::Other, Dimension::WebSearchPrompt, searched.map(|_| 1))
    } else {
        ("web_searches", Side::Other, Dimension::WebSearch, searched)
    };
    let tokens = [
        ("input_uncached", Side::Input, Dimension::Input, buckets.input_uncached),
        ("cache_read", Side::Input, Dimension::CacheRead, buckets.cache_read),
        ("cache_write_5m", Side::Input, Dimension::CacheWrite5m, buckets.cache_write_5m),
        ("cache_write_1h", Side::Input, Dimension::CacheWrite1h, buckets.cache_write_1h),
        ("cache_write_unknown", Side::Input, Dimension::CacheWrite5m, buckets.cache_write_unknown),
        ("input_audio", Side::Input, Dimension::InputAudio, buckets.input_audio),
        ("input_image", Side::Input, Dimension::InputImage, buckets.input_image),
        ("output_text", Side::Output, Dimension::Output, buckets.output_text.map(|text| text - image)),
        ("output_image", Side::Output, Dimension::OutputImage, Some(image)),
        ("output_reasoning", Side::Output, Dimension::OutputReasoning, buckets.output_reasoning),
        ("output_audio", Side::Output, Dimension::OutputAudio, buckets.output_audio),
        searches,
        ("request", Side::Other, Dimension::Request, row.has(Dimension::Request).then_some(1)),
        ("search_units", Side::Other, Dimension::Query, facts.search_units.filter(|_| row.has(Dimension::Query))),
    ];
    let seconds = seconds(row, buckets, facts);
    let counted = tokens.into_iter().filter_map(|(bucket, side, dimension, units)| Some((bucket, side, dimension, Decimal::from(units?))));
    counted.chain(seconds).filter(|(.., units)| !units.is_zero())
}

/// How many of the answer's text tokens are an image's, where that makes a difference.
fn output_image(row: &PriceRow, buckets: &TokenBuckets, facts: &CallFacts, problem: &mut Option<Unpriced>) -> u64 {
    let text = buckets.output_text.unwrap_or(0);
    let price = |dimension| row.prices.iter().find(|price| price.dimension == dimension).map(|price| price.usd);
    let image = price(Dimension::OutputImage);
    if text == 0 || image.is_none() || image == price(Dimension::Output) {
        return 0;
    }
    if facts.output_image.is_none() {
        *problem = problem.or(Some(Unpriced::OutputImageUnknown));
    }
    facts.output_image.unwrap_or(0).min(text)
}

/// Transcriptions are billed by the second where no tokens are counted.
fn seconds(row: &PriceRow, buckets: &TokenBuckets, facts: &CallFacts) -> Option<Counted> {
    let seconds = facts.seconds.filter(|_| buckets.input_total().is_none() && row.is_transcription())?;
    let dimension = if row.has(Dimension::InputSecond) { Dimension::InputSecond } else { Dimension::OutputSecond };
    Some(("seconds", Side::Input, dimension, seconds))
}

/// The sums of exact amounts, each rounded once to the 10^-12 US dollars that are stored.
fn sums(lines: &[Line]) -> Option<Amounts> {
    let side = |side: Side| {
        let mut amounts = lines.iter().filter(|line| line.side == side).map(|line| line.amount);
        Money::from_decimal(amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?))?)
    };
    let (input, output, others) = (side(Side::Input)?, side(Side::Output)?, side(Side::Other)?);
    Some(Amounts { input, output, others, total: input + output + others })
}

#[cfg(test)]
mod tests;
