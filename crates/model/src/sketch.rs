//! DDSketch: quantiles within 1 % of the true value, mergeable, and the same whether rows or rollups are summed.
//! Source: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019.

use std::collections::BTreeMap;

/// Relative accuracy of every quantile we show.
pub const RELATIVE_ACCURACY: f64 = 0.01;
/// Values below this count as zero: a millionth of a millisecond.
const MIN_VALUE: f64 = 1e-6;

/// A sketch of non-negative values; negative ones count as zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DdSketch {
    bins: BTreeMap<i32, u64>,
    zeros: u64,
    count: u64,
}

fn gamma() -> f64 {
    (1.0 + RELATIVE_ACCURACY) / (1.0 - RELATIVE_ACCURACY)
}

impl DdSketch {
    /// NaN is ignored: it is no measurement.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        if value < MIN_VALUE {
            self.zeros += 1;
        } else {
            *self.bins.entry((value.ln() / gamma().ln()).ceil() as i32).or_default() += 1;
        }
    }

    pub fn merge(&mut self, other: &DdSketch) {
        self.zeros += other.zeros;
        self.count += other.count;
        for (bin, count) in &other.bins {
            *self.bins.entry(*bin).or_default() += count;
        }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value at `quantile` (0 to 1), or `None` for an empty sketch.
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = (quantile.clamp(0.0, 1.0) * (self.count - 1) as f64).floor() as u64;
        let mut seen = self.zeros;
        if rank < seen {
            return Some(0.0);
        }
        for (bin, count) in &self.bins {
            seen += count;
            if rank < seen {
                return Some(2.0 * gamma().powi(*bin) / (gamma() + 1.0));
            }
        }
        None
    }

    /// `count`, `zeros`, then (bin, count) pairs, all little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + self.bins.len() * 12);
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.zeros.to_le_bytes());
        for (bin, count) in &self.bins {
            bytes.extend(bin.to_le_bytes());
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    /// `None` when the bytes are not a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, pairs) = bytes.split_at_checked(16)?;
        let mut sketch = Self {
            count: u64::from_le_bytes(head[..8].try_into().ok()?),
            zeros: u64::from_le_bytes(head[8..].try_into().ok()?),
            bins: BTreeMap::new(),
        };
        if !pairs.len().is_multiple_of(12) {
            return None;
        }
        for pair in pairs.chunks_exact(12) {
            let bin = i32::from_le_bytes(pair[..4].try_into().ok()?);
            *sketch.bins.entry(bin).or_default() += u64::from_le_bytes(pair[4..].try_into().ok()?);
        }
        Some(sketch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantiles_are_within_one_percent(mut values in proptest::collection::vec(0.001f64..1e7, 1..300), quantile in 0.0f64..1.0) {
            let mut sketch = DdSketch::default();
            values.iter().for_each(|value| sketch.add(*value));
            values.sort_by(f64::total_cmp);
            let exact = values[(quantile * (values.len() - 1) as f64).floor() as usize];
            let estimate = sketch.quantile(quantile).unwrap();
            prop_assert!((estimate - exact).abs() <= exact * RELATIVE_ACCURACY * 1.0001, "{estimate} for {exact}");
        }

        #[test]
        fn merging_equals_adding_all(left in proptest::collection::vec(0.0f64..1e6, 0..50), right in proptest::collection::vec(0.0f64..1e6, 0..50)) {
            let sketch_of = |values: &[f64]| values.iter().fold(DdSketch::default(), |mut sketch, value| { sketch.add(*value); sketch });
            let mut merged = sketch_of(&left);
            merged.merge(&DdSketch::from_bytes(&sketch_of(&right).to_bytes()).unwrap());
            prop_assert_eq!(merged, sketch_of(&[left, right].concat()));
        }
    }

    #[test]
    fn empty_and_damaged_sketches_have_no_answer() {
        assert_eq!(DdSketch::default().quantile(0.5), None);
        assert_eq!(DdSketch::from_bytes(&[1, 2, 3]), None);
    }
}
