//! Latencies of many requests, and their quantiles.

use crate::units::ms;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Nearest rank, in milliseconds; `None` without a measurement.
    pub(crate) fn quantile(&self, quantile: f64) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (quantile * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).map(|latency| ms(*latency))
    }

    pub(crate) fn describe(&self) -> Value {
        let rounded = |quantile| self.quantile(quantile).map(|ms| (ms * 1_000.0).round() / 1_000.0);
        json!({"samples": self.len(), "p50": rounded(0.50), "p95": rounded(0.95), "p99": rounded(0.99), "max": rounded(1.0)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5), None);
        (1..=20).rev().for_each(|number| latencies.add(Duration::from_millis(number)));
        let quantiles = [0.0, 0.5, 0.95, 0.99, 1.0].map(|quantile| latencies.quantile(quantile));
        assert_eq!(quantiles, [Some(1.0), Some(10.0), Some(19.0), Some(20.0), Some(20.0)]);
    }
}
