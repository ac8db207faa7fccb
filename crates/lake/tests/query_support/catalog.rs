//! A segment catalog in memory: one process, nothing durable.

use async_trait::async_trait;
use bytes::Bytes;
use model::{
    ProjectId, SegmentId, StoreResult, Timestamp, WriterId,
    ports::{SegmentCatalog, SnapshotLease},
    segment::{CommitSeq, Location, Publication, PublishOutcome, Segment, SegmentChanges, SegmentState},
};
use parking_lot::Mutex;
use std::{collections::HashMap, time::Duration};

#[derive(Default)]
pub struct MemoryCatalog {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seq: CommitSeq,
    segments: HashMap<SegmentId, Segment>,
    inline: HashMap<SegmentId, Bytes>,
    removed: Vec<(CommitSeq, SegmentId)>,
}

impl State {
    fn remove(&mut self, id: SegmentId, state: SegmentState) {
        if let Some(segment) = self.segments.get_mut(&id) {
            segment.state = state;
        }
        self.removed.push((self.seq, id));
    }
}

#[async_trait]
impl SegmentCatalog for MemoryCatalog {
    async fn register_writer(&self, _label: &str) -> StoreResult<WriterId> {
        Ok(WriterId::generate())
    }

    async fn heartbeat(&self, _writer: WriterId) -> StoreResult<()> {
        Ok(())
    }

    async fn fence_silent_writers(&self, _silence: Duration) -> StoreResult<Vec<WriterId>> {
        Ok(Vec::new())
    }

    async fn forget_writer(&self, _writer: WriterId) -> StoreResult<()> {
        Ok(())
    }

    async fn publish(&self, publication: Publication) -> StoreResult<PublishOutcome> {
        let mut state = self.state.lock();
        let is_live = |id| state.segments.get(id).is_some_and(|segment| segment.state == SegmentState::Live);
        if !publication.retire.iter().all(is_live) {
            return Ok(PublishOutcome::Conflict);
        }
        state.seq += 1;
        for id in publication.retire {
            state.remove(id, SegmentState::Retired);
        }
        for new in publication.add {
            let mut segment = new.segment;
            segment.commit_seq = state.seq;
            state.inline.extend(new.inline.map(|bytes| (segment.id, bytes)));
            state.segments.insert(segment.id, segment);
        }
        Ok(PublishOutcome::Published(state.seq))
    }

    async fn current_seq(&self) -> StoreResult<CommitSeq> {
        Ok(self.state.lock().seq)
    }

    async fn changes_since(&self, since: CommitSeq) -> StoreResult<SegmentChanges> {
        let state = self.state.lock();
        let live = state.segments.values().filter(|segment| segment.state == SegmentState::Live);
        let added = live.filter(|segment| segment.commit_seq > since).cloned().collect();
        let removed = state.removed.iter().filter(|(seq, _)| *seq > since).map(|(_, id)| *id).collect();
        Ok(SegmentChanges { upto: state.seq, added, removed, reset: false })
    }

    async fn inline_bytes(&self, id: SegmentId) -> StoreResult<Option<Bytes>> {
        Ok(self.state.lock().inline.get(&id).cloned())
    }

    async fn lease_snapshot(&self, commit_seq: CommitSeq, lifetime: Duration) -> StoreResult<SnapshotLease> {
        let expires_at = Timestamp::now().saturating_add_nanos(lifetime.as_nanos() as i64);
        Ok(SnapshotLease { id: WriterId::generate(), commit_seq, expires_at })
    }

    async fn release_snapshot(&self, _lease: &SnapshotLease) -> StoreResult<()> {
        Ok(())
    }

    async fn deletable_segments(&self, _min_age: Duration, _limit: usize) -> StoreResult<Vec<Segment>> {
        Ok(Vec::new())
    }

    async fn forget_segments(&self, _ids: &[SegmentId]) -> StoreResult<()> {
        Ok(())
    }

    async fn quarantine(&self, id: SegmentId, _reason: &str) -> StoreResult<()> {
        let mut state = self.state.lock();
        state.seq += 1;
        state.remove(id, SegmentState::Quarantined);
        Ok(())
    }

    async fn quarantined(&self) -> StoreResult<u64> {
        let state = self.state.lock();
        Ok(state.segments.values().filter(|segment| segment.state == SegmentState::Quarantined).count() as u64)
    }

    async fn known_files(&self, prefix: &str) -> StoreResult<Vec<String>> {
        let state = self.state.lock();
        let files = state.segments.values().filter_map(|segment| match &segment.location {
            Location::File(path) => Some(path.clone()),
            Location::Inline => None,
        });
        Ok(files.filter(|path| path.starts_with(prefix)).collect())
    }

    async fn deleted_projects(&self) -> StoreResult<Vec<ProjectId>> {
        Ok(Vec::new())
    }
}
