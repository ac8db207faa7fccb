//! What is known about a group of requests.

use crate::rollup::{Known, Numbers};
use model::{
    Money,
    query::LatencyStats,
    sketch::{DdSketch, Hll},
    time::NANOS_PER_SECOND,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    pub(super) numbers: Numbers,
    pub(super) durations: DdSketch,
    pub(super) first_tokens: DdSketch,
    pub(super) users: Hll,
    pub(super) sessions: Hll,
}

impl Measures {
    pub(super) fn merge(&mut self, other: &Measures) {
        self.numbers += &other.numbers;
        self.durations.merge(&other.durations);
        self.first_tokens.merge(&other.first_tokens);
        self.users.merge(&other.users);
        self.sessions.merge(&other.sessions);
    }

    /// Bytes in memory.
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.durations.memory() + self.first_tokens.memory() + self.users.memory() + self.sessions.memory()
    }

    pub(crate) fn requests(&self) -> u64 {
        self.numbers.requests
    }

    pub(crate) fn errors(&self) -> u64 {
        self.numbers.errors
    }

    pub(crate) fn unpriced(&self) -> u64 {
        self.numbers.requests.saturating_sub(self.numbers.priced)
    }

    /// 0 to 1; `None` without requests.
    pub(crate) fn success_rate(&self) -> Option<f64> {
        let Numbers { requests, errors, .. } = self.numbers;
        (requests > 0).then(|| requests.saturating_sub(errors) as f64 / requests as f64)
    }

    pub(crate) fn input_tokens(&self) -> Option<u64> {
        self.numbers.input_tokens.total()
    }

    pub(crate) fn output_tokens(&self) -> Option<u64> {
        self.numbers.output_tokens.total()
    }

    pub(crate) fn total_tokens(&self) -> Option<u64> {
        self.numbers.total_tokens.total()
    }

    pub(crate) fn cached_tokens(&self) -> Option<u64> {
        self.numbers.cache_read.total()
    }

    /// `None` when no request has a cost.
    pub(crate) fn cost(&self) -> Option<Money> {
        (self.numbers.priced > 0).then(|| Money::from_picodollars(self.numbers.cost))
    }

    pub(crate) fn latency(&self) -> LatencyStats {
        LatencyStats::of(self.numbers.duration_nanos, &self.durations)
    }

    pub(crate) fn time_to_first_token(&self) -> LatencyStats {
        LatencyStats::of(self.numbers.first_token_nanos, &self.first_tokens)
    }

    pub(crate) fn output_tokens_per_second(&self) -> Option<f64> {
        let Numbers { timed_tokens, timed_nanos, .. } = self.numbers;
        (timed_nanos > 0).then(|| timed_tokens as f64 / (timed_nanos as f64 / NANOS_PER_SECOND as f64))
    }

    pub(crate) fn users(&self) -> u64 {
        self.users.count()
    }

    pub(crate) fn sessions(&self) -> u64 {
        self.sessions.count()
    }
}

impl Known {
    /// From a sum, which is null when nothing was known.
    pub(super) fn of(sum: Option<i128>, rows: u64) -> Self {
        Self { sum: sum.unwrap_or_default(), rows }
    }
}
