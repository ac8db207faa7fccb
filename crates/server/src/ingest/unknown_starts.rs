//! Spans that were stored by an update alone, before anyone told when they began: when the start comes, what it tells (the duration, the time
//! to the first token) is worked out. Best effort, in the memory of one process.

use model::{ProjectId, SpanId, Timestamp, TraceId};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Spans of a generation; there are two. Updates that overtake their creation are rare.
const MAX_SPANS: usize = 5_000;

type Key = (ProjectId, TraceId, SpanId);

/// When the young generation is full it becomes the old one.
#[derive(Default)]
pub(crate) struct UnknownStarts(Mutex<[HashMap<Key, Option<Timestamp>>; 2]>);

impl UnknownStarts {
    /// With the time of the first token, if the update told it.
    pub(super) fn remember(&self, key: Key, first_token: Option<Timestamp>) {
        let [young, old] = &mut *self.0.lock();
        if young.len() >= MAX_SPANS {
            *old = std::mem::take(young);
        }
        let known = young.entry(key).or_default();
        *known = first_token.or(*known);
    }

    /// Whether the start was unknown until now.
    pub(super) fn take(&self, key: &Key) -> Option<Option<Timestamp>> {
        let [young, old] = &mut *self.0.lock();
        let (young, old) = (young.remove(key), old.remove(key));
        young.map(|first| first.or(old.flatten())).or(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_taken_once_and_bounded() {
        let starts = UnknownStarts::default();
        let key = |number: u64| {
            let ids = (ProjectId::from_bytes([7; 16]).unwrap(), TraceId::from_bytes([1; 16]).unwrap());
            (ids.0, ids.1, SpanId::from_bytes((number + 1).to_be_bytes()).unwrap())
        };
        let first = Some(Timestamp::from_nanos(5));
        starts.remember(key(0), first);
        starts.remember(key(0), None);
        assert_eq!((starts.take(&key(0)), starts.take(&key(0))), (Some(first), None));
        (0..3 * MAX_SPANS as u64).for_each(|number| starts.remember(key(number), None));
        assert_eq!((starts.take(&key(0)), starts.take(&key(3 * MAX_SPANS as u64 - 1))), (None, Some(None)));
        assert!(starts.0.lock().iter().all(|generation| generation.len() <= MAX_SPANS));
    }
}
