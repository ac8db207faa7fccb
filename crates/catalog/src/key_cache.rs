//! Keys that were just looked up: every ingest request needs one.

use model::ports::{ApiKey, KeySecretHash};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long a key deleted by another process may still work here.
const LIFETIME: Duration = Duration::from_secs(1);
/// About 3 MB; more keys than this in one second are looked up again.
const MAX_KEYS: usize = 10_000;

/// State of the cache when a look-up began. What was read before an invalidation must not be stored after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

#[derive(Default)]
pub(crate) struct KeyCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u64,
    keys: HashMap<KeySecretHash, (Instant, ApiKey)>,
}

impl KeyCache {
    pub(crate) fn get(&self, hash: &KeySecretHash) -> Result<ApiKey, Generation> {
        let state = self.state.lock();
        match state.keys.get(hash) {
            Some((read, key)) if read.elapsed() < LIFETIME => Ok(key.clone()),
            _ => Err(Generation(state.generation)),
        }
    }

    pub(crate) fn put(&self, began: Generation, hash: KeySecretHash, key: ApiKey) {
        let mut state = self.state.lock();
        if state.generation != began.0 {
            return;
        }
        if state.keys.len() >= MAX_KEYS {
            state.keys.retain(|_, (read, _)| read.elapsed() < LIFETIME);
        }
        if state.keys.len() < MAX_KEYS {
            state.keys.insert(hash, (Instant::now(), key));
        }
    }

    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.generation += 1;
        state.keys.clear();
    }
}
