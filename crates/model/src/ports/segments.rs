//! The segment catalog: what makes the lake transactional.

use crate::{
    ErasureId, ProjectId, SegmentId, StoreResult, Timestamp, WriterId,
    erase::{Erasure, Hidden, NewErasure, TombstoneHead},
    retention::RetentionPolicy,
    segment::{CommitSeq, Publication, PublishOutcome, Segment, SegmentChanges},
};
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// A reader's claim on a snapshot: segments live at `commit_seq` are not deleted before `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotLease {
    pub id: WriterId,
    pub commit_seq: CommitSeq,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait SegmentCatalog: Send + Sync {
    /// Registers this process as a writer.
    async fn register_writer(&self, label: &str) -> StoreResult<WriterId>;

    /// Says that the writer lives. MUST answer `Fenced` when it was fenced.
    async fn heartbeat(&self, writer: WriterId) -> StoreResult<()>;

    /// Marks every writer silent for longer than `silence` as fenced, and returns all writers fenced in an *earlier* call:
    /// only their unregistered files may be deleted.
    async fn fence_silent_writers(&self, silence: Duration) -> StoreResult<Vec<WriterId>>;

    /// Removes a writer that has left no file behind.
    async fn forget_writer(&self, writer: WriterId) -> StoreResult<()>;

    /// One transaction: gives the next commit_seq, inserts `add`, retires `retire`. MUST be durable when it returns `Published`.
    /// MUST answer `Conflict` and change nothing when an input is not live, and `Fenced` when the writer is fenced.
    /// When the outcome of the database's COMMIT is unknown, MUST find out by looking for the ids before it answers;
    /// when that fails too, answers `Unavailable`.
    async fn publish(&self, publication: Publication) -> StoreResult<PublishOutcome>;

    /// Whether a segment was ever published: for a publication that was answered by `Unavailable`. MUST wait for publications under way,
    /// so that `false` stays true as long as nobody publishes it anew.
    async fn was_published(&self, id: SegmentId) -> StoreResult<bool>;

    /// The newest commit_seq, cheaply: called before every read.
    async fn current_seq(&self) -> StoreResult<CommitSeq>;

    /// What changed after `since` (0: every live segment), and what is hidden at `upto`, read as of one moment. A project that is deleted and
    /// an erasure that is added or rewritten MUST take a commit_seq of their own, so that `current_seq` tells every process of them.
    async fn changes_since(&self, since: CommitSeq) -> StoreResult<SegmentChanges>;

    /// The bytes of an inline segment; `None` when it is gone.
    async fn inline_bytes(&self, id: SegmentId) -> StoreResult<Option<Bytes>>;

    /// Takes a lease on the snapshot at `commit_seq`.
    async fn lease_snapshot(&self, commit_seq: CommitSeq, lifetime: Duration) -> StoreResult<SnapshotLease>;

    async fn release_snapshot(&self, lease: &SnapshotLease) -> StoreResult<()>;

    /// Retired segments that no unexpired lease can see and that were retired at least `min_age` ago; at most `limit`.
    async fn deletable_segments(&self, min_age: Duration, limit: usize) -> StoreResult<Vec<Segment>>;

    /// Forgets retired segments (and their inline bytes) after their files are gone.
    async fn forget_segments(&self, ids: &[SegmentId]) -> StoreResult<()>;

    /// Takes a damaged segment out of reads, for good and loudly. Its row and bytes stay.
    async fn quarantine(&self, id: SegmentId, reason: &str) -> StoreResult<()>;

    /// Number of quarantined segments.
    async fn quarantined(&self) -> StoreResult<u64>;

    /// Every file location that any segment row names, live or not, below `prefix`: what is not listed is an orphan.
    async fn known_files(&self, prefix: &str) -> StoreResult<Vec<String>>;

    /// One transaction: takes the next commit_seq, in one order with publications, and stores what is hidden up to it. MUST be durable when
    /// it returns. `NotFound` when the project is not there or was deleted; `Overloaded` when `erase::MAX_PENDING` erasures of the project
    /// still hide rows.
    async fn add_erasure(&self, erasure: NewErasure) -> StoreResult<Erasure>;

    /// Erasures that still hide rows: those not yet rewritten, oldest first.
    async fn tombstones(&self) -> StoreResult<Vec<TombstoneHead>>;

    /// What an erasure hides; `None` when there is none, or when nothing holds it any more: then what it hid is forgotten too.
    async fn tombstone(&self, id: ErasureId) -> StoreResult<Option<Hidden>>;

    /// Says that no live segment holds a row that the erasure hides. Takes a commit_seq. Once is enough: later calls change nothing.
    /// `NotFound` when there is no such erasure.
    async fn mark_rewritten(&self, id: ErasureId) -> StoreResult<()>;

    /// Marks as erased what was rewritten and has no segment left, retired or quarantined, that may hold a row of it. Returns how many.
    async fn finish_erasures(&self) -> StoreResult<u64>;

    /// The project's erasures, newest first; at most `limit`.
    async fn erasures(&self, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>>;

    /// `None` when the project has no such erasure.
    async fn erasure(&self, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>>;

    /// Says that nothing of a deleted project is left, and answers `true`. MUST answer `false` and change nothing when the project is not
    /// deleted, or while a segment of any state names it.
    async fn mark_project_erased(&self, project: ProjectId) -> StoreResult<bool>;

    /// The policies of the projects that are there and do not keep everything.
    async fn retention_policies(&self) -> StoreResult<Vec<(ProjectId, RetentionPolicy)>>;
}
