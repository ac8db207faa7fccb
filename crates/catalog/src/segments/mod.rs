//! The segment catalog: what makes the lake transactional.

mod erasures;
mod listing;
mod publish;
mod retirement;
pub(crate) mod row;
mod writers;

use crate::{
    Catalog,
    accounts::{projects, retention},
    error::store_error,
    library::erase_project,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    ErasureId, ProjectId, SegmentId, StoreResult, WriterId,
    erase::{Erasure, Hidden, NewErasure, TombstoneHead},
    ports::{SegmentCatalog, SnapshotLease},
    retention::RetentionPolicy,
    segment::{CommitSeq, Publication, PublishOutcome, Segment, SegmentChanges},
};
use sqlx::{Any, Transaction};
use std::time::Duration;

/// Takes the lock that puts publications, fencing and quarantine in one order, and gives the next commit_seq.
/// It becomes the newest one when the transaction commits.
pub(crate) async fn next_seq(transaction: &mut Transaction<'static, Any>) -> StoreResult<i64> {
    sqlx::query_scalar("UPDATE commit_counter SET seq = seq + 1 WHERE id = 1 RETURNING seq")
        .fetch_one(&mut **transaction)
        .await
        .map_err(store_error)
}

/// Only the lock: whatever held it before has ended when this returns.
pub(crate) async fn lock_publications(transaction: &mut Transaction<'static, Any>) -> StoreResult<()> {
    sqlx::query("UPDATE commit_counter SET seq = seq WHERE id = 1").execute(&mut **transaction).await.map_err(store_error)?;
    Ok(())
}

#[async_trait]
impl SegmentCatalog for Catalog {
    async fn register_writer(&self, label: &str) -> StoreResult<WriterId> {
        writers::register(self.db(), label).await
    }

    async fn heartbeat(&self, writer: WriterId) -> StoreResult<()> {
        writers::heartbeat(self.db(), writer).await
    }

    async fn fence_silent_writers(&self, silence: Duration) -> StoreResult<Vec<WriterId>> {
        writers::fence_silent(self.db(), silence).await
    }

    async fn forget_writer(&self, writer: WriterId) -> StoreResult<()> {
        writers::forget(self.db(), writer).await
    }

    async fn publish(&self, publication: Publication) -> StoreResult<PublishOutcome> {
        publish::publish(self.db(), &publication).await
    }

    async fn was_published(&self, id: SegmentId) -> StoreResult<bool> {
        publish::was_published(self.db(), id).await
    }

    async fn current_seq(&self) -> StoreResult<CommitSeq> {
        listing::current_seq(self.db()).await
    }

    async fn changes_since(&self, since: CommitSeq) -> StoreResult<SegmentChanges> {
        listing::changes_since(self.db(), since).await
    }

    async fn inline_bytes(&self, id: SegmentId) -> StoreResult<Option<Bytes>> {
        listing::inline_bytes(self.db(), id).await
    }

    async fn lease_snapshot(&self, commit_seq: CommitSeq, lifetime: Duration) -> StoreResult<SnapshotLease> {
        retirement::lease(self.db(), commit_seq, lifetime).await
    }

    async fn release_snapshot(&self, lease: &SnapshotLease) -> StoreResult<()> {
        retirement::release(self.db(), lease).await
    }

    async fn deletable_segments(&self, min_age: Duration, limit: usize) -> StoreResult<Vec<Segment>> {
        retirement::deletable(self.db(), min_age, limit).await
    }

    async fn forget_segments(&self, ids: &[SegmentId]) -> StoreResult<()> {
        retirement::forget(self.db(), ids).await
    }

    async fn quarantine(&self, id: SegmentId, reason: &str) -> StoreResult<()> {
        retirement::quarantine(self.db(), id, reason).await
    }

    async fn quarantined(&self) -> StoreResult<u64> {
        retirement::quarantined(self.db()).await
    }

    async fn known_files(&self, prefix: &str) -> StoreResult<Vec<String>> {
        listing::known_files(self.db(), prefix).await
    }

    async fn add_erasure(&self, erasure: NewErasure) -> StoreResult<Erasure> {
        erasures::add(self.db(), erasure).await
    }

    async fn tombstones(&self) -> StoreResult<Vec<TombstoneHead>> {
        let mut connection = self.db().read.acquire().await.map_err(store_error)?;
        erasures::active(&mut connection).await
    }

    async fn tombstone(&self, id: ErasureId) -> StoreResult<Option<Hidden>> {
        erasures::hidden(self.db(), id).await
    }

    async fn mark_rewritten(&self, id: ErasureId) -> StoreResult<()> {
        erasures::mark_rewritten(self.db(), id).await
    }

    async fn finish_erasures(&self) -> StoreResult<u64> {
        erasures::finish(self.db()).await
    }

    async fn erasures(&self, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>> {
        erasures::of_project(self.db(), project, limit).await
    }

    async fn erasure(&self, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>> {
        erasures::by_id(self.db(), project, id).await
    }

    async fn mark_project_erased(&self, project: ProjectId) -> StoreResult<bool> {
        // Also when nothing is marked yet: what a deleted project stored beyond telemetry has not to wait for its segments.
        erase_project(self.db(), project).await?;
        projects::mark_erased(self.db(), project).await
    }

    async fn retention_policies(&self) -> StoreResult<Vec<(ProjectId, RetentionPolicy)>> {
        retention::all(self.db()).await
    }
}
