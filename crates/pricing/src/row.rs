//! A row of the price book: everything one model costs at one provider.

use crate::{dimension::Dimension, off_peak::OffPeak, tier::ServiceTier};
use model::Timestamp;
use rust_decimal::Decimal;

/// Dearer than this per token is a slip of whoever wrote the table (a price per thousand or million in the wrong column): the dearest real
/// ones are a third of it.
const MAX_USD_PER_TOKEN: Decimal = Decimal::from_parts(2, 0, 0, false, 3);

/// One price of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    pub dimension: Dimension,
    pub tier: ServiceTier,
    /// For requests whose whole input has more tokens than this; 0 is for all.
    pub above: u64,
    /// US dollars per unit.
    pub usd: Decimal,
}

/// A factor on the token prices of calls with a certain trait, such as `geo:us` or `speed:fast`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiplier {
    pub when: String,
    pub factor: Decimal,
}

/// A price in units that no span counts, by the table's own name: it says why tokens alone are not the cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPrice {
    pub name: String,
    pub usd: Decimal,
}

/// Why no cost can be computed from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Every price is zero, which the table writes both for "free" and for "not known".
    NotPublished,
    /// A price beyond any real one.
    Implausible,
    /// The price comes on top of another model's, such as a router's.
    Surcharge,
    /// Billed by image, page, second, character … only.
    NotByTokens,
}

/// What one model costs at one provider, for calls that start in `[from, until)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceRow {
    /// By dimension, tier and threshold.
    pub prices: Box<[Price]>,
    pub multipliers: Box<[Multiplier]>,
    pub others: Box<[OtherPrice]>,
    pub off_peak: Option<Box<OffPeak>>,
    /// `chat` when not told.
    pub mode: Option<Box<str>>,
    pub from: Option<Timestamp>,
    /// When the model is (or was) to be withdrawn, or its price to change.
    pub until: Option<Timestamp>,
    /// The older table this row is from, when the newest has none.
    pub as_of: Option<Box<str>>,
    /// A request of exactly the threshold is already above it. A trait of the provider.
    pub(crate) threshold_included: bool,
    pub(crate) defect: Option<Defect>,
}

/// Where a unit's price came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub price: Price,
    pub off_peak: bool,
}

/// The traits of a call that choose among a row's prices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    pub tier: ServiceTier,
    /// The whole input, cached parts included.
    pub input_tokens: u64,
    pub off_peak: bool,
}

impl PriceRow {
    pub(crate) fn costs_the_same(&self, other: &PriceRow) -> bool {
        self.prices == other.prices && self.multipliers == other.multipliers && self.off_peak == other.off_peak
    }

    pub(crate) fn is_valid_at(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// The price of one unit, by the fallbacks of `docs/cost.md`.
    pub(crate) fn rate(&self, dimension: Dimension, on: Conditions) -> Option<Rate> {
        let fallback = dimension.fallback();
        if let Some(found) = self.off_peak_rate(dimension, on) {
            return Some(found);
        }
        if let Some(found) = self.own_rate(dimension, on) {
            // The tier's price for answers covers reasoning too: a standard price for reasoning is not the tier's.
            let is_of_other_tier = fallback == Some(Dimension::Output) && found.price.tier != on.tier;
            let general = fallback.filter(|_| is_of_other_tier).and_then(|general| self.own_rate(general, on));
            return general.filter(|general| general.price.tier == on.tier).or(Some(found));
        }
        self.rate(fallback?, on)
    }

    fn off_peak_rate(&self, dimension: Dimension, on: Conditions) -> Option<Rate> {
        let off_peak = self.off_peak.as_ref().filter(|_| on.off_peak)?;
        let price = off_peak.prices.iter().find(|price| price.dimension == dimension)?;
        Some(Rate { price: *price, off_peak: true })
    }

    /// The highest context tier that applies, at the call's service tier if it is priced there, else at the standard one.
    fn own_rate(&self, dimension: Dimension, on: Conditions) -> Option<Rate> {
        let applies = |price: &&Price| {
            (price.tier == on.tier || price.tier == ServiceTier::Standard)
                && (price.above == 0 || on.input_tokens > price.above || (self.threshold_included && on.input_tokens == price.above))
        };
        let price = self.of(dimension).iter().filter(applies).max_by_key(|price| (price.above, price.tier == on.tier))?;
        Some(Rate { price: *price, off_peak: false })
    }

    fn of(&self, dimension: Dimension) -> &[Price] {
        let start = self.prices.partition_point(|price| price.dimension < dimension);
        let rest = self.prices.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|price| price.dimension == dimension)).unwrap_or_default()
    }

    /// Has the row any price of this service tier?
    pub(crate) fn has_tier(&self, tier: ServiceTier) -> bool {
        tier == ServiceTier::Standard || self.prices.iter().any(|price| price.tier == tier)
    }

    pub(crate) fn has(&self, dimension: Dimension) -> bool {
        !self.of(dimension).is_empty()
    }

    /// Seconds are those of the recording; elsewhere they are those of a machine.
    pub(crate) fn is_transcription(&self) -> bool {
        self.mode.as_deref() == Some("audio_transcription")
    }

    /// No price is by tokens.
    pub(crate) fn is_billed_by_units_only(&self) -> bool {
        !self.prices.iter().any(|price| price.dimension.is_token() && !price.usd.is_zero())
    }

    pub(crate) fn has_standard(&self, dimension: Dimension) -> bool {
        self.standard(dimension).is_some()
    }

    fn standard(&self, dimension: Dimension) -> Option<Decimal> {
        self.prices
            .iter()
            .find(|price| price.dimension == dimension && price.tier == ServiceTier::Standard && price.above == 0)
            .map(|price| price.usd)
    }

    /// Sets what is derived from the prices. Called once when a row is read.
    pub(crate) fn inspected(mut self, threshold_included: bool) -> Self {
        self.threshold_included = threshold_included;
        self.defect = self.find_defect();
        self
    }

    fn find_defect(&self) -> Option<Defect> {
        let counted = |price: &Price| match price.dimension {
            Dimension::InputSecond | Dimension::OutputSecond => self.is_transcription(),
            dimension => dimension.is_token() || matches!(dimension, Dimension::Query | Dimension::Request),
        };
        if !self.prices.iter().any(counted) {
            return Some(Defect::NotByTokens);
        }
        if self.prices.iter().all(|price| price.usd.is_zero()) && self.off_peak.is_none() {
            return Some(if self.others.iter().any(|other| !other.usd.is_zero()) { Defect::NotByTokens } else { Defect::NotPublished });
        }
        if self.prices.iter().any(|price| price.dimension.is_token() && price.usd > MAX_USD_PER_TOKEN) {
            return Some(Defect::Implausible);
        }
        let generates = matches!(self.mode.as_deref(), None | Some("chat" | "completion" | "responses" | "realtime"));
        let costs = |dimension| self.standard(dimension).is_some_and(|usd| !usd.is_zero());
        let output = [Dimension::Output, Dimension::OutputImage, Dimension::OutputAudio].into_iter().any(costs);
        (generates && costs(Dimension::Input) && !output).then_some(Defect::Surcharge)
    }
}

#[cfg(test)]
mod tests;
