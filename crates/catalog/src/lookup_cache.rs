//! What was just looked up: every ingest request needs a key and its project's retention.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    hash::Hash,
    time::{Duration, Instant},
};

/// How long what another process changed or deleted may still count here.
const LIFETIME: Duration = Duration::from_secs(1);
/// About 3 MB of keys; more entries than this in one second are looked up again.
const MAX_ENTRIES: usize = 10_000;

/// State of the cache when a look-up began. What was read before an invalidation must not be stored after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

pub(crate) struct LookupCache<K, V> {
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    generation: u64,
    entries: HashMap<K, (Instant, V)>,
}

impl<K, V> Default for LookupCache<K, V> {
    fn default() -> Self {
        Self { state: Mutex::new(State { generation: 0, entries: HashMap::new() }) }
    }
}

impl<K: Eq + Hash, V: Clone> LookupCache<K, V> {
    pub(crate) fn get(&self, key: &K) -> Result<V, Generation> {
        let state = self.state.lock();
        match state.entries.get(key) {
            Some((read, value)) if read.elapsed() < LIFETIME => Ok(value.clone()),
            _ => Err(Generation(state.generation)),
        }
    }

    pub(crate) fn put(&self, began: Generation, key: K, value: V) {
        let mut state = self.state.lock();
        if state.generation != began.0 {
            return;
        }
        if state.entries.len() >= MAX_ENTRIES {
            state.entries.retain(|_, (read, _)| read.elapsed() < LIFETIME);
        }
        if state.entries.len() < MAX_ENTRIES {
            state.entries.insert(key, (Instant::now(), value));
        }
    }

    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.generation += 1;
        state.entries.clear();
    }
}
