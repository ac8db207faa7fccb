//! Histograms of both kinds → explicit bounds.

use super::wire::{ExponentialHistogramBuckets, ExponentialHistogramDataPoint};
use crate::RowError;
use model::telemetry::Histogram;

/// Most buckets of one point: SDKs use up to 160 or 320, and each becomes a bound and a count.
const MAX_BUCKETS: usize = 4_096;

fn finite(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite())
}

/// `statistics` are sum, min and max.
pub(super) fn explicit(count: u64, statistics: [Option<f64>; 3], bounds: Vec<f64>, counts: Vec<u64>) -> Result<Histogram, RowError> {
    // A histogram without buckets is allowed: count and sum alone.
    let counts = if bounds.is_empty() && counts.is_empty() { vec![count] } else { counts };
    if counts.len() != bounds.len() + 1 {
        return Err(RowError::new(
            "bucket_counts",
            format!("expected one more than the {} explicit bounds, found {}", bounds.len(), counts.len()),
        ));
    }
    if counts.len() > MAX_BUCKETS {
        return Err(RowError::new("bucket_counts", format!("expected at most {MAX_BUCKETS} buckets")));
    }
    if !bounds.iter().all(|bound| bound.is_finite()) || !bounds.is_sorted_by(|low, high| low < high) {
        return Err(RowError::new("explicit_bounds", "expected finite numbers, each larger than the one before"));
    }
    let [sum, min, max] = statistics.map(finite);
    Ok(Histogram { count, sum, min, max, bounds, counts })
}

/// Bucket `i` of a side holds magnitudes in (base^i, base^(i+1)], where base = 2^(2^-scale); zero has a bucket of its own.
pub(super) fn exponential(point: &ExponentialHistogramDataPoint) -> Result<Histogram, RowError> {
    let empty = ExponentialHistogramBuckets::default();
    let positive = point.positive.as_ref().unwrap_or(&empty);
    let negative = point.negative.as_ref().unwrap_or(&empty);
    if positive.bucket_counts.len() + negative.bucket_counts.len() > MAX_BUCKETS {
        return Err(RowError::new("bucket_counts", format!("expected at most {MAX_BUCKETS} buckets")));
    }
    let edge = |index: i64| (index as f64 * (-f64::from(point.scale)).exp2()).exp2();
    let edges = |side: &ExponentialHistogramBuckets| -> Vec<f64> {
        if side.bucket_counts.is_empty() {
            return Vec::new();
        }
        (0..=side.bucket_counts.len() as i64).map(|step| edge(i64::from(side.offset) + step)).collect()
    };
    // From the most negative bound over zero to the largest.
    let mut bounds: Vec<f64> = edges(negative).iter().rev().map(|edge| -edge).collect();
    let mut counts = Vec::new();
    if !bounds.is_empty() {
        counts.push(0);
        counts.extend(negative.bucket_counts.iter().rev());
    }
    counts.push(point.zero_count);
    let positive_edges = edges(positive);
    if !positive_edges.is_empty() {
        counts.extend(&positive.bucket_counts);
        counts.push(0);
    }
    bounds.extend(positive_edges);
    explicit(point.count, [point.sum, point.min, point.max], bounds, counts)
        .map_err(|error| RowError::new("exponential_histogram", format!("its buckets have no finite bounds: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(offset: i32, counts: &[u64]) -> Option<ExponentialHistogramBuckets> {
        Some(ExponentialHistogramBuckets { offset, bucket_counts: counts.to_vec() })
    }

    #[test]
    fn both_sides_and_zero_become_ascending_bounds() {
        let point = ExponentialHistogramDataPoint {
            count: 10,
            scale: 0,
            zero_count: 1,
            positive: buckets(0, &[2, 3]),
            negative: buckets(1, &[4]),
            ..Default::default()
        };
        let histogram = exponential(&point).unwrap();
        assert_eq!(histogram.bounds, [-4.0, -2.0, 1.0, 2.0, 4.0]);
        assert_eq!(histogram.counts, [0, 4, 1, 2, 3, 0]);
    }

    #[test]
    fn a_point_with_zeros_only_has_one_bucket() {
        let point = ExponentialHistogramDataPoint { count: 3, zero_count: 3, ..Default::default() };
        assert_eq!(exponential(&point).unwrap().counts, [3]);
    }

    #[test]
    fn impossible_buckets_are_refused() {
        let point = ExponentialHistogramDataPoint { scale: -10, positive: buckets(5, &[1, 1]), ..Default::default() };
        assert!(exponential(&point).unwrap_err().message.contains("no finite bounds"));
        assert!(explicit(1, [None; 3], vec![1.0, 1.0], vec![0, 1, 0]).is_err());
        assert!(explicit(1, [None; 3], vec![1.0], vec![1]).is_err());
    }
}
