//! DDSketch: quantiles within 1 % of the true value.
//! Source: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019.

use super::varint;

/// Relative accuracy of every quantile we show.
pub const RELATIVE_ACCURACY: f64 = 0.01;
/// A bin holds the values up to this times the bin below it.
const GAMMA: f64 = (1.0 + RELATIVE_ACCURACY) / (1.0 - RELATIVE_ACCURACY);
/// `1 / ln(GAMMA)`.
const BINS_PER_E: f64 = 49.998_333_288_886_78;
/// Values below this count as zero: a millionth of a millisecond.
const MIN_VALUE: f64 = 1e-6;
/// `ceil(ln(MIN_VALUE) / ln(GAMMA))`: the exponent of bin 0.
const FIRST_EXPONENT: i32 = -690;
/// The last bin takes everything above as well: about 10^13, three centuries in milliseconds.
const MAX_BIN: usize = 2_187;

/// A sketch of non-negative values; negative ones count as zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DdSketch {
    /// Counts of the bins from `first` on; the first and the last are not zero.
    bins: Vec<u64>,
    first: usize,
    zeros: u64,
    count: u64,
}

impl DdSketch {
    /// NaN is ignored: it is no measurement.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        match Self::bin_of(value) {
            Some(bin) => *self.slot(bin) += 1,
            None => self.zeros += 1,
        }
    }

    /// The bin that `value` falls into; `None` for what counts as zero.
    fn bin_of(value: f64) -> Option<usize> {
        if value < MIN_VALUE {
            return None;
        }
        let exponent = (value.ln() * BINS_PER_E).ceil() as i32;
        Some((exponent.saturating_sub(FIRST_EXPONENT).max(0) as usize).min(MAX_BIN))
    }

    /// Where [`DdSketch::add`] counts `value`: for those who keep values in two bytes each. `None` for NaN.
    pub fn place_of(value: f64) -> Option<u16> {
        (!value.is_nan()).then(|| Self::bin_of(value).map_or(0, |bin| bin as u16 + 1))
    }

    /// The sketch of the values at these places.
    pub fn of_places(places: &[u16]) -> Self {
        let mut sketch = Self::default();
        for place in places {
            sketch.count += 1;
            match usize::from(*place).checked_sub(1) {
                Some(bin) => *sketch.slot(bin.min(MAX_BIN)) += 1,
                None => sketch.zeros += 1,
            }
        }
        sketch
    }

    fn slot(&mut self, bin: usize) -> &mut u64 {
        if self.bins.is_empty() {
            self.first = bin;
        } else if bin < self.first {
            let missing = self.first - bin;
            self.bins.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = bin;
        }
        let at = bin - self.first;
        if at >= self.bins.len() {
            self.bins.resize(at + 1, 0);
        }
        &mut self.bins[at]
    }

    pub fn merge(&mut self, other: &DdSketch) {
        self.zeros += other.zeros;
        self.count += other.count;
        let Some(last) = other.bins.len().checked_sub(1) else { return };
        // Both ends at once, so that the window grows only here.
        self.slot(other.first);
        self.slot(other.first + last);
        let start = other.first - self.first;
        self.bins[start..].iter_mut().zip(&other.bins).for_each(|(sum, count)| *sum += count);
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
        for (at, count) in self.bins.iter().enumerate() {
            seen += count;
            if rank < seen {
                return Some(2.0 * GAMMA.powi((self.first + at) as i32 + FIRST_EXPONENT) / (GAMMA + 1.0));
            }
        }
        None
    }

    /// Bytes on the heap.
    pub fn memory(&self) -> usize {
        self.bins.capacity() * size_of::<u64>()
    }

    /// All numbers are varints: `zeros`, then for each bin that is not empty, in order, its distance from the one before it (from bin 0
    /// at first) times two, plus one when it counts more than one value; that count, less two, follows.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// Appends what [`DdSketch::to_bytes`] gives.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        varint::put(bytes, self.zeros);
        let mut before = 0;
        for (at, count) in self.bins.iter().enumerate().filter(|(_, count)| **count > 0) {
            let bin = (self.first + at) as u64;
            varint::put(bytes, (bin - before) * 2 + u64::from(*count > 1));
            if *count > 1 {
                varint::put(bytes, count - 2);
            }
            before = bin;
        }
    }

    /// `None` when the bytes are not a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut sketch = Self::default();
        sketch.merge_bytes(bytes)?;
        Some(sketch)
    }

    /// Merges a sketch as stored, without making one of it first. `None` when the bytes are not a sketch: then part of them may be merged.
    pub fn merge_bytes(&mut self, mut bytes: &[u8]) -> Option<()> {
        let zeros = varint::take(&mut bytes)?;
        self.zeros = self.zeros.checked_add(zeros)?;
        let mut added = zeros;
        let mut bin = 0;
        let mut is_first = true;
        while !bytes.is_empty() {
            let head = varint::take(&mut bytes)?;
            let distance = usize::try_from(head / 2).ok()?;
            if distance == 0 && !is_first {
                return None;
            }
            is_first = false;
            bin += distance.min(MAX_BIN + 1);
            if bin > MAX_BIN {
                return None;
            }
            let count = if head % 2 == 1 { varint::take(&mut bytes)?.checked_add(2)? } else { 1 };
            let slot = self.slot(bin);
            *slot = slot.checked_add(count)?;
            added = added.checked_add(count)?;
        }
        self.count = self.count.checked_add(added)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch_of(values: &[f64]) -> DdSketch {
        let mut sketch = DdSketch::default();
        values.iter().for_each(|value| sketch.add(*value));
        sketch
    }

    proptest! {
        #[test]
        fn quantiles_are_within_one_percent(mut values in proptest::collection::vec(0.001f64..1e7, 1..300), quantile in 0.0f64..1.0) {
            let sketch = sketch_of(&values);
            values.sort_by(f64::total_cmp);
            let exact = values[(quantile * (values.len() - 1) as f64).floor() as usize];
            let estimate = sketch.quantile(quantile).unwrap();
            prop_assert!((estimate - exact).abs() <= exact * RELATIVE_ACCURACY * 1.0001, "{estimate} for {exact}");
        }

        #[test]
        fn merging_equals_adding_all(left in proptest::collection::vec(0.0f64..1e6, 0..50), right in proptest::collection::vec(0.0f64..1e6, 0..50)) {
            let mut merged = sketch_of(&left);
            merged.merge(&DdSketch::from_bytes(&sketch_of(&right).to_bytes()).unwrap());
            let all = sketch_of(&[left.clone(), right.clone()].concat());
            let places: Vec<u16> = left.iter().chain(&right).filter_map(|value| DdSketch::place_of(*value)).collect();
            prop_assert_eq!(&DdSketch::of_places(&places), &all);
            prop_assert_eq!(&merged, &all);
            prop_assert_eq!(merged.to_bytes(), all.to_bytes());
            merged.merge_bytes(&sketch_of(&right).to_bytes()).unwrap();
            prop_assert_eq!(merged.count(), all.count() + right.len() as u64);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(sketch) = DdSketch::from_bytes(&bytes) {
                prop_assert_eq!(DdSketch::from_bytes(&sketch.to_bytes()), Some(sketch));
            }
        }
    }

    #[test]
    fn constants_follow_from_the_accuracy() {
        assert!((BINS_PER_E - 1.0 / GAMMA.ln()).abs() < 1e-12, "{}", 1.0 / GAMMA.ln());
        assert_eq!((MIN_VALUE.ln() * BINS_PER_E).ceil() as i32, FIRST_EXPONENT);
        assert_eq!((1e13_f64.ln() * BINS_PER_E).ceil() as i32 - FIRST_EXPONENT, MAX_BIN as i32);
    }

    #[test]
    fn empty_and_damaged_sketches_have_no_answer() {
        assert_eq!(DdSketch::default().quantile(0.5), None);
        assert_eq!(DdSketch::from_bytes(&[]), None);
        assert_eq!(DdSketch::from_bytes(&[0, 0x80]), None, "cut off");
        assert_eq!(DdSketch::from_bytes(&[0, 0xff, 0xff, 0x7f]), None, "a bin that does not exist");
        assert_eq!(DdSketch::from_bytes(&[0, 4, 0]), None, "the same bin twice");
    }

    #[test]
    fn values_beyond_the_bins_stay_in_the_outermost() {
        let sketch = sketch_of(&[f64::NAN, f64::NEG_INFINITY, -1.0, 0.0, f64::INFINITY, 1e300]);
        assert_eq!((sketch.count(), sketch.quantile(0.5)), (5, Some(0.0)));
        assert!(sketch.quantile(1.0).unwrap() > 9e12);
    }

    #[test]
    fn a_minute_of_calls_is_stored_in_two_bytes_each() {
        let millis: Vec<f64> = (0..10).map(|call| 800.0 + f64::from(call * call) * 97.0).collect();
        assert!(sketch_of(&millis).to_bytes().len() <= 2 * millis.len() + 2);
    }
}
