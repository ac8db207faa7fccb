//! Decoded level-0 batches in memory: the newest whole, older ones without their payload columns.
//!
//! Lists and charts read small columns of many commits, and payloads only of what is shown: so the small columns stay longer.

use crate::{
    rows::decoded_bytes,
    schema::{payload_columns, schema_of},
};
use datafusion::arrow::record_batch::RecordBatch;
use model::{SegmentId, segment::CommitSeq, telemetry::RowKind};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub(crate) type Batches = Arc<Vec<RecordBatch>>;

/// A bounded cache by age of commit: when a shelf is full its oldest commit leaves first, as the newest is read most.
pub(crate) struct HotTier {
    max_whole_bytes: usize,
    max_narrow_bytes: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    whole: Shelf,
    narrow: Shelf,
    seq_of: HashMap<SegmentId, CommitSeq>,
}

#[derive(Default)]
struct Shelf {
    bytes: usize,
    by_age: BTreeMap<(CommitSeq, SegmentId), Entry>,
}

struct Entry {
    kind: RowKind,
    batches: Batches,
    bytes: usize,
}

impl HotTier {
    /// Half of the bytes for whole batches, half for narrow ones.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { max_whole_bytes: max_bytes / 2, max_narrow_bytes: max_bytes / 2, held: Mutex::default() }
    }

    /// All columns of a segment, if they are here.
    pub(crate) fn whole(&self, id: SegmentId) -> Option<Batches> {
        let held = self.held.lock();
        let seq = *held.seq_of.get(&id)?;
        held.whole.by_age.get(&(seq, id)).map(|entry| Arc::clone(&entry.batches))
    }

    /// Some columns (by index in `schema_of`) of a segment, if they are here.
    pub(crate) fn columns(&self, id: SegmentId, columns: &[usize]) -> Option<Vec<RecordBatch>> {
        let held = self.held.lock();
        let seq = *held.seq_of.get(&id)?;
        let entry = held.whole.by_age.get(&(seq, id)).or_else(|| held.narrow.by_age.get(&(seq, id)))?;
        entry.batches.iter().map(|batch| pick(entry.kind, batch, columns)).collect()
    }

    pub(crate) fn insert(&self, kind: RowKind, id: SegmentId, seq: CommitSeq, batches: Batches) {
        let mut held = self.held.lock();
        held.remove(id);
        held.seq_of.insert(id, seq);
        held.whole.put((seq, id), kind, batches);
        while held.whole.bytes > self.max_whole_bytes
            && let Some((key, entry)) = held.whole.take_oldest()
        {
            let columns = small_columns(entry.kind);
            let narrow: Option<Vec<RecordBatch>> = entry.batches.iter().map(|batch| pick(entry.kind, batch, &columns)).collect();
            if let Some(narrow) = narrow {
                held.narrow.put(key, entry.kind, Arc::new(narrow));
            }
        }
        while held.narrow.bytes > self.max_narrow_bytes
            && let Some(((_, id), _)) = held.narrow.take_oldest()
        {
            held.seq_of.remove(&id);
        }
    }

    /// Called when a segment is no longer live.
    pub(crate) fn remove(&self, id: SegmentId) {
        self.held.lock().remove(id);
    }

    pub(crate) fn bytes(&self) -> usize {
        let held = self.held.lock();
        held.whole.bytes + held.narrow.bytes
    }
}

impl Held {
    fn remove(&mut self, id: SegmentId) {
        let Some(seq) = self.seq_of.remove(&id) else { return };
        self.whole.remove((seq, id));
        self.narrow.remove((seq, id));
    }
}

impl Shelf {
    fn put(&mut self, key: (CommitSeq, SegmentId), kind: RowKind, batches: Batches) {
        let bytes = batches.iter().map(decoded_bytes).sum();
        self.bytes += bytes;
        self.by_age.insert(key, Entry { kind, batches, bytes });
    }

    fn take_oldest(&mut self) -> Option<((CommitSeq, SegmentId), Entry)> {
        let (key, entry) = self.by_age.pop_first()?;
        self.bytes -= entry.bytes;
        Some((key, entry))
    }

    fn remove(&mut self, key: (CommitSeq, SegmentId)) {
        if let Some(entry) = self.by_age.remove(&key) {
            self.bytes -= entry.bytes;
        }
    }
}

/// Indices of the columns that are not payload.
fn small_columns(kind: RowKind) -> Vec<usize> {
    let payload = payload_columns(kind);
    let schema = schema_of(kind);
    schema.fields().iter().enumerate().filter(|(_, field)| !payload.contains(&field.name().as_str())).map(|(index, _)| index).collect()
}

/// `columns` of `schema_of(kind)` from a batch that may lack some: then `None`.
fn pick(kind: RowKind, batch: &RecordBatch, columns: &[usize]) -> Option<RecordBatch> {
    let (wanted, found) = (schema_of(kind), batch.schema());
    let indices: Option<Vec<usize>> = columns.iter().map(|column| found.index_of(wanted.field(*column).name()).ok()).collect();
    batch.project(&indices?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::encode_spans;
    use model::{ProjectId, telemetry::Incoming};

    fn batch() -> Batches {
        let mut span = crate::testing::span(1, 10_000);
        span.name = "n".repeat(100);
        let batch = encode_spans(ProjectId::generate(), &[Incoming::new(span, None)]).unwrap();
        Arc::new(vec![crate::rows::ipc::with_commit_columns(RowKind::Span, 1, 0, &batch).unwrap()])
    }

    fn column(name: &str) -> usize {
        schema_of(RowKind::Span).index_of(name).unwrap()
    }

    #[test]
    fn the_oldest_commit_first_loses_its_payload_and_then_leaves() {
        let whole = decoded_bytes(&batch()[0]);
        let hot = HotTier::new(2 * 2 * whole);
        let ids: Vec<_> = (0..3).map(|_| SegmentId::generate()).collect();
        for (seq, id) in (1..).zip(&ids) {
            hot.insert(RowKind::Span, *id, seq, batch());
        }
        assert!(hot.whole(ids[0]).is_none());
        assert!(hot.whole(ids[1]).is_some() && hot.whole(ids[2]).is_some());
        assert_eq!(hot.columns(ids[0], &[column("name")]).unwrap()[0].num_columns(), 1);
        assert!(hot.columns(ids[0], &[column("name"), column("input")]).is_none());
        assert!(hot.columns(ids[2], &[column("input")]).is_some());
        ids.iter().for_each(|id| hot.remove(*id));
        assert_eq!(hot.bytes(), 0);
        assert!(hot.columns(ids[0], &[column("name")]).is_none());
    }

    #[test]
    fn what_is_larger_than_the_tier_is_not_kept() {
        let hot = HotTier::new(10);
        let id = SegmentId::generate();
        hot.insert(RowKind::Span, id, 1, batch());
        assert!(hot.whole(id).is_none() && hot.columns(id, &[column("name")]).is_none());
        assert_eq!(hot.bytes(), 0);
    }
}
