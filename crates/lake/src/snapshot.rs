//! What is live, as of one publication.
//!
//! A snapshot needs no write to the catalog: retired segments are kept for `GarbageLimits::retired_min_age`, far longer than most
//! reads take. A reader that is still busy after [`LEASE_AFTER`] gets a lease of its own from the keeper task, in time before that age ends.

use crate::{
    identity::{Finder, Level0Counts, RepeatedSpans, Repeats},
    segment::LiveSegment,
    storage::Storage,
};
use model::{
    ProjectId, SegmentId, StoreResult, Timestamp,
    erase::{Tombstone, TombstoneHead},
    ports::SnapshotLease,
    segment::{CommitSeq, SegmentChanges, SegmentState},
};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::HashSet,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

/// Age at which a snapshot in use is leased. With [`KEEPER_PERIOD`] it must stay well below the minimum age of deletable segments.
pub(crate) const LEASE_AFTER: Duration = Duration::from_secs(20);
/// How often snapshots in use are looked at.
pub(crate) const KEEPER_PERIOD: Duration = Duration::from_secs(5);
/// A reader that died with its process blocks deletion no longer than this.
const LEASE_LIFETIME: Duration = Duration::from_secs(120);
/// Renewed when less than this is left.
const LEASE_MARGIN_NANOS: i64 = 60 * model::time::NANOS_PER_SECOND;

/// Live segments of all kinds at one commit_seq. Its segments stay readable as long as it is held.
pub(crate) struct Snapshot {
    pub(crate) seq: CommitSeq,
    pub(crate) segments: Vec<Arc<LiveSegment>>,
    /// Their rows are hidden from every read.
    pub(crate) deleted_projects: HashSet<ProjectId>,
    /// Erasures that still hide rows, oldest first.
    pub(crate) tombstones: Vec<Arc<Tombstone>>,
    /// Which segments hold spans that more than one row reports.
    pub(crate) repeats: Repeats,
    /// Segments that this process had found damaged when the snapshot was made.
    damaged: usize,
    /// When the catalog last said that nothing newer exists.
    confirmed: Mutex<Instant>,
    lease: Mutex<Option<SnapshotLease>>,
    to_release: Arc<Mutex<Vec<SnapshotLease>>>,
}

impl Snapshot {
    /// Every span that more than one row may report.
    pub(crate) fn repeated_spans(&self) -> &RepeatedSpans {
        self.repeats.all()
    }

    /// Segments that this process had found damaged when the snapshot was made: they are not read.
    pub(crate) fn damaged(&self) -> usize {
        self.damaged
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.get_mut().take() {
            self.to_release.lock().push(lease);
        }
    }
}

/// From those of the snapshot before when the counts are there, else from nothing.
async fn find_repeats(
    segments: &[Arc<LiveSegment>],
    before: &Repeats,
    removed: &[Arc<LiveSegment>],
    added: &[Arc<LiveSegment>],
    counts: &mut Option<Level0Counts>,
) -> StoreResult<Repeats> {
    // Taken out: when this fails half-way, or is dropped, the counts are wrong.
    let (repeats, known) = match counts.take() {
        Some(mut known) => {
            let mut finder = Finder { live: segments, counts: &mut known };
            (finder.advance(before, removed, added).await?, known)
        }
        None => {
            let mut known = Level0Counts::default();
            let mut finder = Finder { live: segments, counts: &mut known };
            (finder.advance(&Repeats::default(), &[], segments).await?, known)
        }
    };
    *counts = Some(known);
    Ok(repeats)
}

/// Makes and keeps snapshots.
pub(crate) struct Snapshots {
    storage: Arc<Storage>,
    current: RwLock<Arc<Snapshot>>,
    /// One refresh at a time; the others then find its result. Holds what the last one counted, `None` when it failed half-way.
    refreshing: tokio::sync::Mutex<Option<Level0Counts>>,
    /// Snapshots that readers may hold.
    given: Mutex<Vec<Weak<Snapshot>>>,
    /// Leases of dropped snapshots, released by the keeper.
    to_release: Arc<Mutex<Vec<SnapshotLease>>>,
}

impl Snapshots {
    pub(crate) fn new(storage: Arc<Storage>) -> Self {
        let to_release = Arc::<Mutex<Vec<SnapshotLease>>>::default();
        let empty = Snapshot {
            seq: 0,
            segments: Vec::new(),
            deleted_projects: HashSet::new(),
            tombstones: Vec::new(),
            repeats: Repeats::default(),
            damaged: 0,
            confirmed: Mutex::new(Instant::now()),
            lease: Mutex::default(),
            to_release: Arc::clone(&to_release),
        };
        Self {
            storage,
            current: RwLock::new(Arc::new(empty)),
            refreshing: tokio::sync::Mutex::default(),
            given: Mutex::default(),
            to_release,
        }
    }

    /// The snapshot at the catalog's newest publication.
    pub(crate) async fn newest(&self) -> StoreResult<Arc<Snapshot>> {
        let asked = Instant::now();
        let seq = self.storage.catalog.current_seq().await?;
        if let Some(current) = self.current_if(seq, asked) {
            return Ok(current);
        }
        let mut counts = self.refreshing.lock().await;
        if let Some(current) = self.current_if(seq, asked) {
            return Ok(current);
        }
        let current = self.last();
        let changes = self.storage.catalog.changes_since(current.seq).await?;
        let next = Arc::new(self.apply(&current, changes, &mut counts, asked).await?);
        *self.current.write() = Arc::clone(&next);
        let mut given = self.given.lock();
        given.retain(|snapshot| snapshot.strong_count() > 0);
        given.push(Arc::downgrade(&next));
        Ok(next)
    }

    /// The last snapshot made, if it is as new as this.
    fn current_if(&self, seq: CommitSeq, asked: Instant) -> Option<Arc<Snapshot>> {
        let current = self.last();
        let is_new = current.seq >= seq && current.damaged == self.storage.damaged_segments();
        if is_new && current.seq == seq {
            *current.confirmed.lock() = asked;
        }
        is_new.then_some(current)
    }

    /// The last snapshot made, without asking the catalog.
    pub(crate) fn last(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read())
    }

    async fn apply(
        &self,
        current: &Snapshot,
        changes: SegmentChanges,
        counts: &mut Option<Level0Counts>,
        asked: Instant,
    ) -> StoreResult<Snapshot> {
        let damaged = self.storage.damaged_segments();
        let mut gone: HashSet<SegmentId> = changes.removed.into_iter().collect();
        if changes.reset {
            let live: HashSet<SegmentId> = changes.added.iter().map(|meta| meta.id).collect();
            gone.extend(current.segments.iter().map(|segment| segment.id()).filter(|id| !live.contains(id)));
        }
        gone.iter().for_each(|id| self.storage.forget(*id));
        let is_kept = |id: SegmentId| !gone.contains(&id) && !self.storage.is_damaged(id);
        let (kept, removed): (Vec<_>, Vec<_>) = current.segments.iter().map(Arc::clone).partition(|segment| is_kept(segment.id()));
        let known: HashSet<SegmentId> = kept.iter().map(|segment| segment.id()).collect();
        let new =
            changes.added.into_iter().filter(|meta| meta.state == SegmentState::Live && is_kept(meta.id) && !known.contains(&meta.id));
        let mut added: Vec<_> = new.map(|meta| Arc::new(LiveSegment::new(meta, Arc::clone(&self.storage)))).collect();
        added.sort_unstable_by_key(|segment| (segment.meta.commit_seq, segment.id()));
        let mut segments: Vec<_> = kept.into_iter().chain(added.iter().map(Arc::clone)).collect();
        segments.sort_unstable_by_key(|segment| (segment.meta.commit_seq, segment.id()));
        Ok(Snapshot {
            seq: changes.upto,
            repeats: find_repeats(&segments, &current.repeats, &removed, &added, counts).await?,
            segments,
            deleted_projects: changes.deleted_projects.into_iter().collect(),
            tombstones: self.tombstones(current, &changes.tombstones).await?,
            damaged,
            confirmed: Mutex::new(asked),
            lease: Mutex::default(),
            to_release: Arc::clone(&self.to_release),
        })
    }

    /// With what they hide, which is read once.
    async fn tombstones(&self, current: &Snapshot, heads: &[TombstoneHead]) -> StoreResult<Vec<Arc<Tombstone>>> {
        let mut tombstones = Vec::with_capacity(heads.len());
        for head in heads {
            if let Some(known) = current.tombstones.iter().find(|known| known.id == head.id) {
                tombstones.push(Arc::clone(known));
            } else if let Some(hidden) = self.storage.catalog.tombstone(head.id).await? {
                tombstones.push(Arc::new(Tombstone { id: head.id, project: head.project, seq: head.seq, hidden }));
            }
        }
        Ok(tombstones)
    }

    /// Leases snapshots that readers have held for `age`, renews leases that end soon, releases those of finished readers.
    pub(crate) async fn keep_leases(&self, age: Duration) -> StoreResult<()> {
        let given: Vec<_> = self.given.lock().iter().filter_map(Weak::upgrade).collect();
        let current = self.last();
        for snapshot in given {
            // This loop's handle, and for the current one the two of `current`, are no readers.
            let idle_handles = if Arc::ptr_eq(&snapshot, &current) { 3 } else { 1 };
            let is_old = snapshot.confirmed.lock().elapsed() >= age;
            if Arc::strong_count(&snapshot) > idle_handles && is_old {
                self.lease(&snapshot).await?;
            }
        }
        let done = std::mem::take(&mut *self.to_release.lock());
        for lease in &done {
            self.storage.catalog.release_snapshot(lease).await?;
        }
        Ok(())
    }

    async fn lease(&self, snapshot: &Snapshot) -> StoreResult<()> {
        let ends_soon = Timestamp::now().saturating_add_nanos(LEASE_MARGIN_NANOS);
        if snapshot.lease.lock().as_ref().is_some_and(|lease| lease.expires_at > ends_soon) {
            return Ok(());
        }
        let lease = self.storage.catalog.lease_snapshot(snapshot.seq, LEASE_LIFETIME).await?;
        let replaced = snapshot.lease.lock().replace(lease);
        self.to_release.lock().extend(replaced);
        Ok(())
    }

    /// Releases every lease: the process is about to end, and so are its readers.
    pub(crate) async fn release_all(&self) {
        let given: Vec<_> = self.given.lock().iter().filter_map(Weak::upgrade).collect();
        let mut leases: Vec<_> = given.iter().filter_map(|snapshot| snapshot.lease.lock().take()).collect();
        leases.append(&mut self.to_release.lock());
        for lease in leases {
            if let Err(error) = self.storage.catalog.release_snapshot(&lease).await {
                tracing::warn!(%error, "a snapshot lease was left to expire");
            }
        }
    }
}
