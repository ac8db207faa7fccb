//! The cache of a single process: bounded in bytes, the least recently used goes first.

use async_trait::async_trait;
use bytes::Bytes;
use model::ports::Cache;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tokio::time::Instant;

/// What an entry costs beside its key and value, roughly: two map entries and a second copy of the key.
const ENTRY_OVERHEAD_BYTES: usize = 200;

pub struct LocalCache {
    max_bytes: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, Entry>,
    /// Keys by time of last use.
    by_age: BTreeMap<u64, String>,
    clock: u64,
    bytes: usize,
}

struct Entry {
    value: Bytes,
    expires: Instant,
    used: u64,
}

impl LocalCache {
    /// Holds at most `max_bytes` of keys, values and bookkeeping. A value that alone is larger is not kept.
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, entries: Mutex::default() }
    }

    /// Bytes held now.
    pub fn bytes(&self) -> usize {
        self.entries.lock().bytes
    }
}

#[async_trait]
impl Cache for LocalCache {
    async fn get(&self, key: &str) -> Option<Bytes> {
        let mut entries = self.entries.lock();
        if entries.by_key.get(key)?.expires <= Instant::now() {
            entries.remove(key);
            return None;
        }
        entries.touch(key)
    }

    async fn put(&self, key: &str, value: Bytes, lifetime: Duration) {
        let size = size_of_entry(key, &value);
        let expires = Instant::now().checked_add(lifetime).filter(|_| !lifetime.is_zero());
        let mut entries = self.entries.lock();
        entries.remove(key);
        let Some(expires) = expires.filter(|_| size <= self.max_bytes) else { return };
        while entries.bytes + size > self.max_bytes && entries.remove_oldest() {}
        entries.insert(key, value, expires);
    }
}

impl Entries {
    fn insert(&mut self, key: &str, value: Bytes, expires: Instant) {
        self.clock += 1;
        self.bytes += size_of_entry(key, &value);
        self.by_age.insert(self.clock, key.to_owned());
        self.by_key.insert(key.to_owned(), Entry { value, expires, used: self.clock });
    }

    fn touch(&mut self, key: &str) -> Option<Bytes> {
        self.clock += 1;
        let entry = self.by_key.get_mut(key)?;
        if let Some(name) = self.by_age.remove(&entry.used) {
            self.by_age.insert(self.clock, name);
        }
        entry.used = self.clock;
        Some(entry.value.clone())
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_age.remove(&entry.used);
            self.bytes -= size_of_entry(key, &entry.value);
        }
    }

    /// `false` when there is none.
    fn remove_oldest(&mut self) -> bool {
        let Some((_, key)) = self.by_age.pop_first() else { return false };
        self.remove(&key);
        true
    }
}

fn size_of_entry(key: &str, value: &Bytes) -> usize {
    key.len() + value.len() + ENTRY_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn the_least_recently_used_entry_makes_room() {
        let cache = LocalCache::new(3 * (ENTRY_OVERHEAD_BYTES + 11));
        for key in ["a", "b", "c"] {
            cache.put(key, Bytes::from_static(b"0123456789"), MINUTE).await;
        }
        assert!(cache.get("a").await.is_some());
        cache.put("d", Bytes::from_static(b"0123456789"), MINUTE).await;
        assert_eq!(cache.get("b").await, None);
        for key in ["a", "c", "d"] {
            assert!(cache.get(key).await.is_some(), "{key}");
        }
    }

    #[tokio::test]
    async fn bytes_stay_inside_the_bound_and_return_to_zero() {
        let cache = LocalCache::new(10_000);
        for round in 0..500usize {
            cache.put(&format!("key {}", round % 50), Bytes::from(vec![0; round * 7 % 900]), MINUTE).await;
            assert!(cache.bytes() <= 10_000);
        }
        cache.put("too large", Bytes::from(vec![0; 20_000]), MINUTE).await;
        assert_eq!(cache.get("too large").await, None);
        for round in 0..50 {
            cache.put(&format!("key {round}"), Bytes::new(), Duration::ZERO).await;
        }
        assert_eq!(cache.bytes(), 0);
    }
}
