//! How segments leave: leases that hold them, deletion, quarantine.

use super::{
    next_seq,
    row::{from_row, select_segments},
};
use crate::{
    database::{Backend, Database, nanos},
    error::store_error,
    sql::{MAX_IDS, signed, with_list},
    sqlite,
};
use model::{
    SegmentId, StoreError, StoreResult, WriterId,
    ports::SnapshotLease,
    segment::{CommitSeq, Segment},
};
use std::time::Duration;

/// Longest text kept about a damaged segment, in characters.
const MAX_REASON_CHARS: usize = 1_000;

/// Also sweeps out the expired ones.
pub(super) async fn lease(database: &Database, commit_seq: CommitSeq, lifetime: Duration) -> StoreResult<SnapshotLease> {
    let now = database.now().await?;
    let lease = SnapshotLease { id: WriterId::generate(), commit_seq, expires_at: now.saturating_add_nanos(nanos(lifetime)) };
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    sqlx::query("DELETE FROM snapshot_lease WHERE expires_at <= $1")
        .bind(now.as_nanos())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    sqlx::query("INSERT INTO snapshot_lease (id, commit_seq, expires_at) VALUES ($1, $2, $3)")
        .bind(lease.id.to_hex())
        .bind(signed(commit_seq))
        .bind(lease.expires_at.as_nanos())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(lease)
}

pub(super) async fn release(database: &Database, lease: &SnapshotLease) -> StoreResult<()> {
    sqlx::query("DELETE FROM snapshot_lease WHERE id = $1").bind(lease.id.to_hex()).execute(&database.write).await.map_err(store_error)?;
    Ok(())
}

/// A snapshot at `commit_seq` still shows what was retired by a later publication.
pub(super) async fn deletable(database: &Database, min_age: Duration, limit: usize) -> StoreResult<Vec<Segment>> {
    let now = database.now().await?;
    let rows = sqlx::query(select_segments!(
        "state = 'retired' AND retired_seq IS NOT NULL AND retired_at <= $1 AND NOT EXISTS \
         (SELECT 1 FROM snapshot_lease WHERE snapshot_lease.expires_at > $2 AND snapshot_lease.commit_seq < segment.retired_seq) \
         ORDER BY retired_seq, id LIMIT $3"
    ))
    .bind(now.saturating_add_nanos(nanos(min_age).saturating_neg()).as_nanos())
    .bind(now.as_nanos())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(&database.read)
    .await
    .map_err(store_error)?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn forget(database: &Database, ids: &[SegmentId]) -> StoreResult<()> {
    for ids in ids.chunks(MAX_IDS) {
        forget_some(database, ids).await?;
    }
    if database.backend == Backend::Sqlite && !ids.is_empty() {
        sqlite::release_free_pages(database).await.map_err(store_error)?;
    }
    Ok(())
}

/// The inline bytes go with the row (ON DELETE CASCADE).
async fn forget_some(database: &Database, ids: &[SegmentId]) -> StoreResult<()> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let newest = sqlx::query_scalar(with_list("SELECT MAX(retired_seq) FROM segment WHERE state = 'retired' AND id IN", 1, ids.len()))
        .persistent(false);
    let newest: Option<i64> =
        ids.iter().fold(newest, |query, id| query.bind(id.to_hex())).fetch_one(&mut *transaction).await.map_err(store_error)?;
    let Some(newest) = newest else { return Ok(()) };
    sqlx::query("UPDATE commit_counter SET forgotten_seq = $1 WHERE id = 1 AND forgotten_seq < $1")
        .bind(newest)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    let delete = sqlx::query(with_list("DELETE FROM segment WHERE state = 'retired' AND id IN", 1, ids.len())).persistent(false);
    ids.iter().fold(delete, |query, id| query.bind(id.to_hex())).execute(&mut *transaction).await.map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// Gets a commit_seq of its own, so that every process notices. Idempotent; a retired segment stays retired.
pub(super) async fn quarantine(database: &Database, id: SegmentId, reason: &str) -> StoreResult<()> {
    let reason: String = reason.chars().filter(|character| !character.is_control()).take(MAX_REASON_CHARS).collect();
    let now = database.now().await?.as_nanos();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let seq = next_seq(&mut transaction).await?;
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM segment WHERE id = $1")
        .bind(id.to_hex())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    match state.as_deref() {
        None => return Err(StoreError::NotFound("segment")),
        Some("live") => {}
        Some(_) => return Ok(()),
    }
    sqlx::query("UPDATE segment SET state = 'quarantined', retired_seq = $1, retired_at = $2, quarantine_reason = $3 WHERE id = $4")
        .bind(seq)
        .bind(now)
        .bind(reason.as_str())
        .bind(id.to_hex())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    tracing::error!(segment = %id, reason, "a damaged segment was taken out of reads");
    Ok(())
}

pub(super) async fn quarantined(database: &Database) -> StoreResult<u64> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM segment WHERE state = 'quarantined'")
        .fetch_one(&database.read)
        .await
        .map_err(store_error)?;
    Ok(count.unsigned_abs())
}
