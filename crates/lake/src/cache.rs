//! A cache bounded in bytes: what was used longest ago leaves first.

use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Values are cheap to clone (an `Arc`).
pub(crate) struct ByteCache<K, V> {
    max_bytes: usize,
    held: Mutex<Held<K, V>>,
}

struct Held<K, V> {
    entries: HashMap<K, (V, usize, u64)>,
    /// By the time of their last use.
    by_use: BTreeMap<u64, K>,
    bytes: usize,
    clock: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> ByteCache<K, V> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        let held = Held { entries: HashMap::new(), by_use: BTreeMap::new(), bytes: 0, clock: 0 };
        Self { max_bytes, held: Mutex::new(held) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let held = &mut *self.held.lock();
        let (value, _, used) = held.entries.get_mut(key)?;
        held.by_use.remove(used);
        held.clock += 1;
        *used = held.clock;
        held.by_use.insert(held.clock, key.clone());
        Some(value.clone())
    }

    /// What is larger than the whole cache is not kept.
    pub(crate) fn insert(&self, key: K, value: V, bytes: usize) {
        let held = &mut *self.held.lock();
        held.remove(&key);
        if bytes > self.max_bytes {
            return;
        }
        held.clock += 1;
        held.bytes += bytes;
        held.by_use.insert(held.clock, key.clone());
        held.entries.insert(key, (value, bytes, held.clock));
        while held.bytes > self.max_bytes
            && let Some((_, oldest)) = held.by_use.first_key_value()
        {
            let oldest = oldest.clone();
            held.remove(&oldest);
        }
    }

    pub(crate) fn remove(&self, key: &K) {
        self.held.lock().remove(key);
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.held.lock().bytes
    }
}

impl<K: Hash + Eq, V> Held<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some((_, bytes, used)) = self.entries.remove(key) {
            self.bytes -= bytes;
            self.by_use.remove(&used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_leaves_first() {
        let cache = ByteCache::new(10);
        cache.insert("a", 1, 4);
        cache.insert("b", 2, 4);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.insert("c", 3, 4);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
        cache.insert("d", 4, 11);
        assert_eq!(cache.get(&"d"), None);
        cache.remove(&"a");
        cache.remove(&"c");
        assert_eq!(cache.bytes(), 0);
    }
}
