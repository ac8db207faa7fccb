//! Token counts. The buckets are disjoint: each token is in exactly one, and `None` means "not reported", never zero.

use serde::{Deserialize, Serialize};

/// Disjoint buckets, each priced on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct TokenBuckets {
    pub input_uncached: Option<u64>,
    pub cache_read: Option<u64>,
    pub cache_write_5m: Option<u64>,
    pub cache_write_1h: Option<u64>,
    /// Written to a cache of unknown lifetime: priced as five minutes, and flagged.
    pub cache_write_unknown: Option<u64>,
    pub input_audio: Option<u64>,
    pub input_image: Option<u64>,
    pub output_text: Option<u64>,
    pub output_reasoning: Option<u64>,
    pub output_audio: Option<u64>,
    /// Billed units that are not tokens.
    pub web_searches: Option<u64>,
}

impl TokenBuckets {
    /// Their names, in the order of [`TokenBuckets::each`].
    pub const NAMES: [&str; 11] = [
        "input_uncached",
        "cache_read",
        "cache_write_5m",
        "cache_write_1h",
        "cache_write_unknown",
        "input_audio",
        "input_image",
        "output_text",
        "output_reasoning",
        "output_audio",
        "web_searches",
    ];

    pub fn each(&self) -> [Option<u64>; 11] {
        let mut buckets = *self;
        buckets.each_mut().map(|bucket| *bucket)
    }

    pub fn each_mut(&mut self) -> [&mut Option<u64>; 11] {
        [
            &mut self.input_uncached,
            &mut self.cache_read,
            &mut self.cache_write_5m,
            &mut self.cache_write_1h,
            &mut self.cache_write_unknown,
            &mut self.input_audio,
            &mut self.input_image,
            &mut self.output_text,
            &mut self.output_reasoning,
            &mut self.output_audio,
            &mut self.web_searches,
        ]
    }

    /// Every token that went in. `None` when no input bucket is known.
    pub fn input_total(&self) -> Option<u64> {
        sum_known(&[
            self.input_uncached,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.cache_write_unknown,
            self.input_audio,
            self.input_image,
        ])
    }

    /// Every token that came out, reasoning included. `None` when no output bucket is known.
    pub fn output_total(&self) -> Option<u64> {
        sum_known(&[self.output_text, self.output_reasoning, self.output_audio])
    }
}

fn sum_known(buckets: &[Option<u64>]) -> Option<u64> {
    buckets.iter().flatten().copied().reduce(u64::saturating_add)
}

/// Whether the client reported the split into buckets or an adapter assumed it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageSplit {
    Exact,
    #[default]
    Assumed,
}

impl UsageSplit {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Assumed => "assumed",
        }
    }
}

/// Inclusive sums for people, disjoint buckets for money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct TokenUsage {
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    pub split: UsageSplit,
    #[serde(flatten)]
    pub buckets: TokenBuckets,
}

impl TokenUsage {
    /// Totals are derived from the buckets; a total that only the client knows fills the gap.
    pub fn from_buckets(buckets: TokenBuckets, split: UsageSplit, reported_total: Option<u64>) -> Self {
        let input_tokens = buckets.input_total();
        let output_tokens = buckets.output_total();
        let summed = match (input_tokens, output_tokens) {
            (Some(input), Some(output)) => Some(input.saturating_add(output)),
            _ => None,
        };
        Self { input_tokens, output_tokens, total_tokens: summed.or(reported_total), split, buckets }
    }

    pub fn is_unknown(&self) -> bool {
        *self == Self { split: self.split, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_include_every_bucket_and_unknown_stays_unknown() {
        let buckets = TokenBuckets {
            input_uncached: Some(36),
            cache_read: Some(64),
            output_text: Some(12),
            output_reasoning: Some(8),
            ..Default::default()
        };
        let usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens), (Some(100), Some(20), Some(120)));
        let unknown = TokenUsage::from_buckets(TokenBuckets::default(), UsageSplit::Assumed, None);
        assert_eq!(unknown.total_tokens, None);
        assert!(unknown.is_unknown());
    }

    #[test]
    fn a_reported_total_fills_in_only_when_a_side_is_missing() {
        let buckets = TokenBuckets { input_uncached: Some(5), ..Default::default() };
        assert_eq!(TokenUsage::from_buckets(buckets, UsageSplit::Exact, Some(9)).total_tokens, Some(9));
    }
}
