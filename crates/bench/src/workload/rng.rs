//! Pseudo-random numbers that are the same on every machine: SplitMix64.

/// A stream of numbers that depends on its seed only.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// Streams of different `stream` and `number` have nothing in common, so that any part of the workload can be made alone.
    pub(crate) fn new(seed: u64, stream: u64, number: u64) -> Self {
        let mut rng = Self(seed ^ 0x5DEE_CE66_D1CE_4E5B);
        rng.0 = rng.next().wrapping_add(stream);
        rng.0 = rng.next().wrapping_add(number);
        rng.next();
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: unbiased enough for bounds far below 2^64.
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `choices`, each as likely as its weight says. `choices` must not be empty.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(T, u64)]) -> T {
        let mut left = self.below(choices.iter().map(|(_, weight)| weight).sum());
        let mut chosen = choices[0].0;
        for (choice, weight) in choices {
            chosen = *choice;
            if left < *weight {
                break;
            }
            left -= weight;
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let take = |seed, stream, number| {
            let mut rng = Rng::new(seed, stream, number);
            [rng.next(), rng.next(), rng.next()]
        };
        assert_eq!(take(7, 1, 2), take(7, 1, 2));
        for other in [take(8, 1, 2), take(7, 2, 2), take(7, 1, 3), take(7, 2, 1)] {
            assert_ne!(take(7, 1, 2), other);
        }
    }

    #[test]
    fn bounds_and_weights_hold() {
        let mut rng = Rng::new(1, 0, 0);
        assert!((0..1_000).all(|_| (3..=5).contains(&rng.between(3, 5))));
        assert_eq!(rng.below(0), 0);
        let heavy = (0..10_000).filter(|_| rng.weighted(&[("light", 1), ("heavy", 9)]) == "heavy").count();
        assert!((8_700..9_300).contains(&heavy), "{heavy}");
    }
}
