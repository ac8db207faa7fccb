//! A map that forgets what was not touched for long.

use std::{collections::HashMap, hash::Hash};

/// Holds between `capacity` and twice as many entries: those touched lately, and those of the generation before.
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    capacity: usize,
}

impl<K: Eq + Hash, V: Default> Recent<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), capacity }
    }

    /// The entry of this key, touched; a new one when it is not known (any more).
    pub(super) fn entry(&mut self, key: K) -> &mut V {
        if self.young.len() >= self.capacity && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        let Self { young, old, .. } = self;
        let known = old.remove(&key);
        young.entry(key).or_insert_with(|| known.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_stays_and_what_is_not_goes() {
        let mut recent: Recent<u32, u32> = Recent::new(10);
        *recent.entry(7) = 1;
        for key in 100..1_000 {
            recent.entry(key);
            if key % 5 == 0 {
                assert_eq!(*recent.entry(7), 1, "touched every few entries");
            }
            assert!(recent.young.len() + recent.old.len() <= 20);
        }
        for key in 1_000..1_050 {
            recent.entry(key);
        }
        assert_eq!(*recent.entry(7), 0, "forgotten");
    }
}
