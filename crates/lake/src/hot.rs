//! Decoded level-0 batches in memory, newest kept.

use crate::rows::decoded_bytes;
use datafusion::arrow::record_batch::RecordBatch;
use model::{SegmentId, segment::CommitSeq};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub(crate) type Batches = Arc<Vec<RecordBatch>>;

/// A bounded cache by age of commit: when it is full the oldest commit goes first, as the newest is read most.
pub(crate) struct HotTier {
    max_bytes: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bytes: usize,
    by_age: BTreeMap<(CommitSeq, SegmentId), (Batches, usize)>,
    seq_of: HashMap<SegmentId, CommitSeq>,
}

impl HotTier {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, held: Mutex::default() }
    }

    pub(crate) fn get(&self, id: SegmentId) -> Option<Batches> {
        let held = self.held.lock();
        let seq = *held.seq_of.get(&id)?;
        held.by_age.get(&(seq, id)).map(|(batches, _)| Arc::clone(batches))
    }

    pub(crate) fn insert(&self, id: SegmentId, seq: CommitSeq, batches: Batches) {
        let bytes = batches.iter().map(decoded_bytes).sum::<usize>();
        let mut held = self.held.lock();
        held.remove(id);
        held.bytes += bytes;
        held.seq_of.insert(id, seq);
        held.by_age.insert((seq, id), (batches, bytes));
        while held.bytes > self.max_bytes {
            let Some((&(_, oldest), _)) = held.by_age.first_key_value() else { break };
            held.remove(oldest);
        }
    }

    /// Called when a segment is no longer live.
    pub(crate) fn remove(&self, id: SegmentId) {
        self.held.lock().remove(id);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.held.lock().bytes
    }
}

impl Held {
    fn remove(&mut self, id: SegmentId) {
        let Some(seq) = self.seq_of.remove(&id) else { return };
        if let Some((_, bytes)) = self.by_age.remove(&(seq, id)) {
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::{array::Int64Array, record_batch::RecordBatch};

    fn batch(rows: i64) -> Batches {
        let column = Arc::new(Int64Array::from_iter_values(0..rows)) as _;
        Arc::new(vec![RecordBatch::try_from_iter([("n", column)]).unwrap()])
    }

    #[test]
    fn the_oldest_commit_leaves_first_and_bytes_are_counted() {
        let one = decoded_bytes(&batch(100)[0]);
        let hot = HotTier::new(2 * one);
        let ids: Vec<_> = (0..3).map(|_| SegmentId::generate()).collect();
        for (seq, id) in (1..).zip(&ids) {
            hot.insert(*id, seq, batch(100));
        }
        assert!(hot.get(ids[0]).is_none());
        assert!(hot.get(ids[1]).is_some() && hot.get(ids[2]).is_some());
        hot.remove(ids[2]);
        assert_eq!(hot.bytes(), one);
    }

    #[test]
    fn what_is_larger_than_the_tier_is_not_kept() {
        let hot = HotTier::new(10);
        let id = SegmentId::generate();
        hot.insert(id, 1, batch(100));
        assert!(hot.get(id).is_none());
        assert_eq!(hot.bytes(), 0);
    }
}
