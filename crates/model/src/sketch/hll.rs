//! HyperLogLog: how many distinct values there are, exactly while they are few.
//! Sources: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", AofA 2007; Heule, Nunkesser, Hall, "HyperLogLog in practice", EDBT 2013
//! (64-bit hashes, hashes kept as they are while they are few); Ertl, "New cardinality estimation algorithms for HyperLogLog sketches",
//! 2017 (the estimator: without bias over the whole range, and without tables).

/// Up to so many distinct values the count is exact: as many hashes as the registers take bytes.
pub const EXACT_DISTINCT: usize = REGISTERS / size_of::<u64>();
/// Relative standard error of larger counts: 1.04 / sqrt(registers).
pub const STANDARD_ERROR: f64 = 0.008_125;
/// Bits of a hash that choose its register.
const PRECISION: u32 = 14;
const REGISTERS: usize = 1 << PRECISION;
/// The other bits of a hash; one more than these is the highest rank.
const RANK_BITS: usize = u64::BITS as usize - PRECISION as usize;

const TAG_EXACT: u8 = 0;
const TAG_REGISTERS: u8 = 1;

/// A set of distinct values, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hll(Values);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    /// Sorted, at most [`EXACT_DISTINCT`].
    Exact(Vec<u64>),
    /// The highest rank seen by each of the [`REGISTERS`].
    Registers(Vec<u8>),
}

/// The hash that stands for a value, in files too: FNV-1a of its bytes, mixed by the finaliser of MurmurHash3.
pub fn distinct_hash(value: &str) -> u64 {
    let mut hash = value.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

impl Default for Hll {
    fn default() -> Self {
        Self(Values::Exact(Vec::new()))
    }
}

impl Hll {
    pub fn add(&mut self, value: &str) {
        self.add_hash(distinct_hash(value));
    }

    /// Adds a value by its [`distinct_hash`].
    pub fn add_hash(&mut self, hash: u64) {
        match &mut self.0 {
            Values::Registers(registers) => raise(registers, hash),
            Values::Exact(hashes) => {
                if let Err(at) = hashes.binary_search(&hash) {
                    hashes.insert(at, hash);
                    self.spill();
                }
            }
        }
    }

    /// Adds many at once: faster than one by one.
    pub fn add_hashes(&mut self, added: impl IntoIterator<Item = u64>) {
        let mut added = added.into_iter();
        if let Values::Exact(hashes) = &mut self.0 {
            loop {
                hashes.extend(added.by_ref().take(EXACT_DISTINCT));
                let is_done = hashes.is_sorted_by(|a, b| a < b);
                if !is_done {
                    hashes.sort_unstable();
                    hashes.dedup();
                }
                if hashes.len() > EXACT_DISTINCT {
                    break;
                }
                match added.next() {
                    Some(hash) => hashes.push(hash),
                    None => return,
                }
            }
        }
        self.spill();
        if let Values::Registers(registers) = &mut self.0 {
            added.for_each(|hash| raise(registers, hash));
        }
    }

    pub fn merge(&mut self, other: &Hll) {
        match (&mut self.0, &other.0) {
            (_, Values::Exact(hashes)) => self.add_hashes(hashes.iter().copied()),
            (Values::Registers(registers), Values::Registers(others)) => {
                registers.iter_mut().zip(others).for_each(|(register, other)| *register = (*register).max(*other));
            }
            (Values::Exact(hashes), Values::Registers(others)) => {
                let mut registers = others.clone();
                hashes.iter().for_each(|hash| raise(&mut registers, *hash));
                self.0 = Values::Registers(registers);
            }
        }
    }

    /// Goes over to registers when there are too many hashes.
    fn spill(&mut self) {
        let Values::Exact(hashes) = &self.0 else { return };
        if hashes.len() > EXACT_DISTINCT {
            let mut registers = vec![0; REGISTERS];
            hashes.iter().for_each(|hash| raise(&mut registers, *hash));
            self.0 = Values::Registers(registers);
        }
    }

    /// How many distinct values were added: exactly up to [`EXACT_DISTINCT`], beyond it within a few [`STANDARD_ERROR`]s.
    pub fn count(&self) -> u64 {
        match &self.0 {
            Values::Exact(hashes) => hashes.len() as u64,
            Values::Registers(registers) => estimate(registers),
        }
    }

    /// Bytes on the heap.
    pub fn memory(&self) -> usize {
        match &self.0 {
            Values::Exact(hashes) => hashes.capacity() * size_of::<u64>(),
            Values::Registers(registers) => registers.capacity(),
        }
    }

    /// A byte that says which, then the sorted hashes (little-endian) or the registers.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Values::Exact(hashes) => std::iter::once(TAG_EXACT).chain(hashes.iter().flat_map(|hash| hash.to_le_bytes())).collect(),
            Values::Registers(registers) => std::iter::once(TAG_REGISTERS).chain(registers.iter().copied()).collect(),
        }
    }

    /// `None` when the bytes are not a set.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        match *tag {
            TAG_EXACT => {
                let (chunks, remainder) = rest.as_chunks();
                let hashes: Vec<u64> = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect();
                let is_set = remainder.is_empty() && hashes.len() <= EXACT_DISTINCT && hashes.is_sorted_by(|a, b| a < b);
                is_set.then_some(Self(Values::Exact(hashes)))
            }
            TAG_REGISTERS => {
                let is_set = rest.len() == REGISTERS && rest.iter().all(|rank| usize::from(*rank) <= RANK_BITS + 1);
                is_set.then(|| Self(Values::Registers(rest.to_vec())))
            }
            _ => None,
        }
    }
}

fn raise(registers: &mut [u8], hash: u64) {
    let register = (hash >> RANK_BITS) as usize;
    // A one behind the bits of the rank ends the count of zeros.
    let rank = ((hash << PRECISION) | (1 << (PRECISION - 1))).leading_zeros() as u8 + 1;
    registers[register] = registers[register].max(rank);
}

/// Ertl 2017, algorithm 6.
fn estimate(registers: &[u8]) -> u64 {
    let mut counts = [0u32; RANK_BITS + 2];
    registers.iter().for_each(|rank| counts[usize::from(*rank)] += 1);
    let of_all = |count: u32| f64::from(count) / REGISTERS as f64;
    let mut z = REGISTERS as f64 * tau(1.0 - of_all(counts[RANK_BITS + 1]));
    for rank in (1..=RANK_BITS).rev() {
        z = 0.5 * (z + f64::from(counts[rank]));
    }
    z += REGISTERS as f64 * sigma(of_all(counts[0]));
    let alpha = 0.5 / std::f64::consts::LN_2;
    (alpha * (REGISTERS * REGISTERS) as f64 / z).round() as u64
}

/// `x + x^2 + 2 x^4 + 4 x^8 + …`, for `x` below 1.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut sum, mut factor) = (x, 1.0);
    loop {
        x *= x;
        let before = sum;
        sum += x * factor;
        factor += factor;
        if sum == before {
            return sum;
        }
    }
}

/// `(1 - x - (1 - x^1/2)^2 / 2 - (1 - x^1/4)^2 / 4 - …) / 3`.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut sum, mut factor) = (1.0 - x, 1.0);
    loop {
        x = x.sqrt();
        let before = sum;
        factor *= 0.5;
        sum -= (1.0 - x).powi(2) * factor;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set_of(numbers: impl IntoIterator<Item = u32>) -> Hll {
        let mut set = Hll::default();
        numbers.into_iter().for_each(|number| set.add(&format!("user-{number}")));
        set
    }

    proptest! {
        #[test]
        fn small_sets_are_counted_exactly(numbers in proptest::collection::vec(0u32..500, 0..600)) {
            let distinct: BTreeSet<u32> = numbers.iter().copied().collect();
            let set = set_of(numbers);
            prop_assert_eq!(set.count(), distinct.len() as u64);
            prop_assert_eq!(Hll::from_bytes(&set.to_bytes()), Some(set));
        }

        /// Around the limit, where some of the parts are exact and others are not.
        #[test]
        fn only_the_set_matters_not_how_it_came_together(cuts in proptest::collection::vec(0u32..6_000, 1..6), last in 1_000u32..6_000) {
            let all = set_of(0..last);
            let mut bounds: Vec<u32> = cuts.into_iter().map(|cut| cut.min(last)).chain([0, last]).collect();
            bounds.sort_unstable();
            let mut merged = Hll::default();
            for pair in bounds.windows(2).rev() {
                // Each part repeats some of the one before it.
                let part = set_of(pair[0].saturating_sub(100)..pair[1]);
                merged.merge(&Hll::from_bytes(&part.to_bytes()).unwrap());
            }
            prop_assert_eq!(&merged, &all);
            let mut at_once = Hll::default();
            at_once.add_hashes((0..last).rev().chain(0..last / 2).map(|number| distinct_hash(&format!("user-{number}"))));
            prop_assert_eq!(&at_once, &all);
            prop_assert_eq!(merged.to_bytes(), all.to_bytes());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(set) = Hll::from_bytes(&bytes) {
                prop_assert_eq!(set.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn the_limit_is_exact_and_large_counts_are_close() {
        let limit = EXACT_DISTINCT as u32;
        assert_eq!(set_of(0..limit).count(), EXACT_DISTINCT as u64);
        assert!((STANDARD_ERROR - 1.04 / (REGISTERS as f64).sqrt()).abs() < 1e-9);
        for size in [limit + 1, 5_000, 20_000, 50_000, 200_000] {
            let count = set_of(0..size).count() as f64;
            let error = (count - f64::from(size)).abs() / f64::from(size);
            assert!(error < 4.0 * STANDARD_ERROR, "{count} for {size}");
        }
    }

    #[test]
    fn hashes_stay_what_they_are_in_files() {
        assert_eq!(distinct_hash(""), 0xefd0_1f60_ba99_2926);
        assert_eq!(distinct_hash("user-1"), distinct_hash("user-1"));
        assert_ne!(distinct_hash("user-1"), distinct_hash("user-2"));
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert_eq!(Hll::from_bytes(&[]), None);
        assert_eq!(Hll::from_bytes(&[7]), None);
        assert_eq!(Hll::from_bytes(&[TAG_EXACT, 1, 2]), None, "cut off");
        assert_eq!(Hll::from_bytes(&[TAG_EXACT, 9, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]), None, "out of order");
        assert_eq!(Hll::from_bytes(&[TAG_REGISTERS; 100]), None, "too few registers");
        let mut registers = vec![TAG_REGISTERS];
        registers.resize(1 + REGISTERS, 60);
        assert_eq!(Hll::from_bytes(&registers), None, "a rank that no hash has");
    }
}
