//! A segment catalog in memory, with failures on demand.

use async_trait::async_trait;
use bytes::Bytes;
use model::{
    ProjectId, SegmentId, StoreError, StoreResult, Timestamp, WriterId,
    ports::{SegmentCatalog, SnapshotLease},
    segment::{CommitSeq, Location, Publication, PublishOutcome, Segment, SegmentChanges, SegmentState},
};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

/// What the next publication meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The database is away, and nothing happened.
    Lost,
    /// The database went away after it had committed.
    Unacknowledged,
}

struct Row {
    segment: Segment,
    inline: Option<Bytes>,
    retired: Option<(CommitSeq, Timestamp)>,
}

#[derive(Default)]
struct State {
    seq: CommitSeq,
    rows: BTreeMap<SegmentId, Row>,
    writers: HashMap<WriterId, (Timestamp, bool)>,
    leases: HashMap<WriterId, SnapshotLease>,
    deleted: HashSet<ProjectId>,
    failures: Vec<Failure>,
    away: bool,
    publications: usize,
}

#[derive(Default)]
pub(crate) struct MemoryCatalog {
    state: Mutex<State>,
}

impl MemoryCatalog {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The next publication fails like this.
    pub(crate) fn fail_next(&self, failure: Failure) {
        self.state.lock().failures.push(failure);
    }

    /// While away every call fails.
    pub(crate) fn set_away(&self, away: bool) {
        self.state.lock().away = away;
    }

    pub(crate) fn fence(&self, writer: WriterId) {
        if let Some(known) = self.state.lock().writers.get_mut(&writer) {
            known.1 = true;
        }
    }

    pub(crate) fn publications(&self) -> usize {
        self.state.lock().publications
    }

    pub(crate) fn live(&self) -> Vec<Segment> {
        self.state.lock().rows.values().filter(|row| row.segment.state == SegmentState::Live).map(|row| row.segment.clone()).collect()
    }

    pub(crate) fn leases(&self) -> usize {
        self.state.lock().leases.len()
    }

    /// Replaces the stored bytes of an inline segment.
    pub(crate) fn damage_inline(&self, id: SegmentId) {
        if let Some(row) = self.state.lock().rows.get_mut(&id) {
            row.inline = Some(Bytes::from_static(b"damaged"));
        }
    }

    /// Retires live segments, as another process would.
    pub(crate) fn retire_all(&self) {
        let mut state = self.state.lock();
        state.seq += 1;
        let seq = state.seq;
        for row in state.rows.values_mut().filter(|row| row.segment.state == SegmentState::Live) {
            row.segment.state = SegmentState::Retired;
            row.retired = Some((seq, Timestamp::now()));
        }
    }

    fn state(&self) -> StoreResult<parking_lot::MutexGuard<'_, State>> {
        let state = self.state.lock();
        if state.away { Err(StoreError::Unavailable("the catalog is away".to_owned())) } else { Ok(state) }
    }
}

#[async_trait]
impl SegmentCatalog for MemoryCatalog {
    async fn register_writer(&self, _label: &str) -> StoreResult<WriterId> {
        let writer = WriterId::generate();
        self.state()?.writers.insert(writer, (Timestamp::now(), false));
        Ok(writer)
    }

    async fn heartbeat(&self, writer: WriterId) -> StoreResult<()> {
        match self.state()?.writers.get_mut(&writer) {
            Some((heard, false)) => {
                *heard = Timestamp::now();
                Ok(())
            }
            _ => Err(StoreError::Fenced),
        }
    }

    async fn fence_silent_writers(&self, silence: Duration) -> StoreResult<Vec<WriterId>> {
        let mut state = self.state()?;
        let earlier = state.writers.iter().filter(|(_, (_, fenced))| *fenced).map(|(writer, _)| *writer).collect();
        let horizon = Timestamp::now().saturating_add_nanos(-(silence.as_nanos() as i64));
        for (heard, fenced) in state.writers.values_mut() {
            *fenced |= *heard < horizon;
        }
        Ok(earlier)
    }

    async fn forget_writer(&self, writer: WriterId) -> StoreResult<()> {
        self.state()?.writers.remove(&writer);
        Ok(())
    }

    async fn publish(&self, publication: Publication) -> StoreResult<PublishOutcome> {
        let mut state = self.state()?;
        let failure = state.failures.pop();
        if failure == Some(Failure::Lost) {
            return Err(StoreError::Unavailable("the catalog was away".to_owned()));
        }
        if state.writers.get(&publication.writer).is_none_or(|(_, fenced)| *fenced) {
            return Err(StoreError::Fenced);
        }
        let is_live = |id: &SegmentId| state.rows.get(id).is_some_and(|row| row.segment.state == SegmentState::Live);
        if !publication.retire.iter().all(is_live) {
            return Ok(PublishOutcome::Conflict);
        }
        state.seq += 1;
        state.publications += 1;
        let seq = state.seq;
        for id in publication.retire {
            if let Some(row) = state.rows.get_mut(&id) {
                row.segment.state = SegmentState::Retired;
                row.retired = Some((seq, Timestamp::now()));
            }
        }
        for new in publication.add {
            assert_eq!(new.inline.is_some(), new.segment.location == Location::Inline);
            let segment = Segment { commit_seq: seq, ..new.segment };
            state.rows.insert(segment.id, Row { segment, inline: new.inline, retired: None });
        }
        match failure {
            Some(_) => Err(StoreError::Unavailable("the catalog went away".to_owned())),
            None => Ok(PublishOutcome::Published(seq)),
        }
    }

    async fn was_published(&self, id: SegmentId) -> StoreResult<bool> {
        Ok(self.state()?.rows.contains_key(&id))
    }

    async fn current_seq(&self) -> StoreResult<CommitSeq> {
        Ok(self.state()?.seq)
    }

    async fn changes_since(&self, since: CommitSeq) -> StoreResult<SegmentChanges> {
        let state = self.state()?;
        let live = state.rows.values().filter(|row| row.segment.state == SegmentState::Live && row.segment.commit_seq > since);
        let gone = state.rows.values().filter(|row| row.retired.is_some_and(|(seq, _)| seq > since));
        Ok(SegmentChanges {
            upto: state.seq,
            reset: false,
            added: live.map(|row| row.segment.clone()).collect(),
            removed: gone.map(|row| row.segment.id).collect(),
        })
    }

    async fn inline_bytes(&self, id: SegmentId) -> StoreResult<Option<Bytes>> {
        Ok(self.state()?.rows.get(&id).and_then(|row| row.inline.clone()))
    }

    async fn lease_snapshot(&self, commit_seq: CommitSeq, lifetime: Duration) -> StoreResult<SnapshotLease> {
        let expires_at = Timestamp::now().saturating_add_nanos(lifetime.as_nanos() as i64);
        let lease = SnapshotLease { id: WriterId::generate(), commit_seq, expires_at };
        self.state()?.leases.insert(lease.id, lease.clone());
        Ok(lease)
    }

    async fn release_snapshot(&self, lease: &SnapshotLease) -> StoreResult<()> {
        self.state()?.leases.remove(&lease.id);
        Ok(())
    }

    async fn deletable_segments(&self, min_age: Duration, limit: usize) -> StoreResult<Vec<Segment>> {
        let state = self.state()?;
        let now = Timestamp::now();
        let horizon = now.saturating_add_nanos(-(min_age.as_nanos() as i64));
        let is_seen = |row: &Row, retired: CommitSeq| {
            let sees =
                |lease: &SnapshotLease| row.segment.commit_seq <= lease.commit_seq && lease.commit_seq < retired && lease.expires_at > now;
            state.leases.values().any(sees)
        };
        let rows = state.rows.values().filter(|row| row.retired.is_some_and(|(seq, at)| at <= horizon && !is_seen(row, seq)));
        Ok(rows.take(limit).map(|row| row.segment.clone()).collect())
    }

    async fn forget_segments(&self, ids: &[SegmentId]) -> StoreResult<()> {
        let mut state = self.state()?;
        ids.iter().for_each(|id| {
            state.rows.remove(id);
        });
        Ok(())
    }

    async fn quarantine(&self, id: SegmentId, _reason: &str) -> StoreResult<()> {
        if let Some(row) = self.state()?.rows.get_mut(&id) {
            row.segment.state = SegmentState::Quarantined;
        }
        Ok(())
    }

    async fn quarantined(&self) -> StoreResult<u64> {
        Ok(self.state()?.rows.values().filter(|row| row.segment.state == SegmentState::Quarantined).count() as u64)
    }

    async fn known_files(&self, prefix: &str) -> StoreResult<Vec<String>> {
        let state = self.state()?;
        Ok(state.rows.values().flat_map(|row| row.segment.files()).filter(|file| file.starts_with(prefix)).collect())
    }

    async fn deleted_projects(&self) -> StoreResult<Vec<ProjectId>> {
        Ok(self.state()?.deleted.iter().copied().collect())
    }
}
