//! What is in the catalog.

use super::row::{from_row, select_segments};
use crate::{
    database::Database,
    error::store_error,
    sql::{column, parsed, signed, unsigned},
};
use bytes::Bytes;
use model::{
    SegmentId, StoreResult,
    segment::{CommitSeq, Segment, SegmentChanges},
};

pub(super) async fn current_seq(database: &Database) -> StoreResult<CommitSeq> {
    let seq: i64 =
        sqlx::query_scalar("SELECT seq FROM commit_counter WHERE id = 1").fetch_one(&database.read).await.map_err(store_error)?;
    Ok(seq.unsigned_abs())
}

pub(super) async fn changes_since(database: &Database, since: CommitSeq) -> StoreResult<SegmentChanges> {
    let mut transaction = database.begin_snapshot().await.map_err(store_error)?;
    let counter = sqlx::query("SELECT seq, forgotten_seq FROM commit_counter WHERE id = 1")
        .fetch_one(&mut *transaction)
        .await
        .map_err(store_error)?;
    // Forgotten segments cannot be listed as removed.
    let reset = since > 0 && since < unsigned::<u64>(&counter, "forgotten_seq")?;
    let since = if reset { 0 } else { since };
    let added = sqlx::query(select_segments!("state = 'live' AND commit_seq > $1 ORDER BY commit_seq, id"))
        .bind(signed(since))
        .fetch_all(&mut *transaction)
        .await
        .map_err(store_error)?;
    let removed = if since == 0 {
        Vec::new()
    } else {
        sqlx::query("SELECT id FROM segment WHERE retired_seq > $1 ORDER BY retired_seq, id")
            .bind(signed(since))
            .fetch_all(&mut *transaction)
            .await
            .map_err(store_error)?
    };
    transaction.rollback().await.map_err(store_error)?;
    Ok(SegmentChanges {
        upto: unsigned(&counter, "seq")?,
        reset,
        added: added.iter().map(from_row).collect::<StoreResult<_>>()?,
        removed: removed.iter().map(|row| parsed(row, "id", |text| text.parse().ok())).collect::<StoreResult<_>>()?,
    })
}

pub(super) async fn inline_bytes(database: &Database, id: SegmentId) -> StoreResult<Option<Bytes>> {
    let row = sqlx::query("SELECT bytes FROM segment_inline WHERE id = $1")
        .bind(id.to_hex())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.map(|row| column::<&[u8]>(&row, "bytes").map(Bytes::copy_from_slice)).transpose()
}

/// Compared byte by byte, not with LIKE: a prefix may contain its wildcards.
pub(super) async fn known_files(database: &Database, prefix: &str) -> StoreResult<Vec<String>> {
    let rows = sqlx::query(select_segments!("file IS NOT NULL AND substr(file, 1, length($1)) = $1"))
        .bind(prefix)
        .fetch_all(&database.read)
        .await
        .map_err(store_error)?;
    let segments = rows.iter().map(from_row).collect::<StoreResult<Vec<_>>>()?;
    Ok(segments.iter().flat_map(Segment::files).collect())
}
