//! Everything the catalog says about segments.

use crate::{
    database::Database,
    error::store_error,
    segments::row::{from_row, select_segments},
    sql::{column, parsed},
};
use model::{
    SegmentId, StoreResult, Timestamp,
    ports::{CatalogState, WriterState},
};
use sqlx::{Any, Transaction, any::AnyRow};
use std::collections::{HashMap, HashSet};

type Snapshot = Transaction<'static, Any>;

pub(super) async fn read(database: &Database) -> StoreResult<CatalogState> {
    let now = database.now().await?;
    let mut snapshot = database.begin_snapshot().await.map_err(store_error)?;
    let schema_version =
        sqlx::query_scalar("SELECT MAX(version) FROM schema_migration").fetch_one(&mut *snapshot).await.map_err(store_error)?;
    let commit_seq: i64 =
        sqlx::query_scalar("SELECT seq FROM commit_counter WHERE id = 1").fetch_one(&mut *snapshot).await.map_err(store_error)?;
    let segments =
        sqlx::query(select_segments!("state IS NOT NULL ORDER BY commit_seq, id")).fetch_all(&mut *snapshot).await.map_err(store_error)?;
    let leases: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM snapshot_lease WHERE expires_at > $1")
        .bind(now.as_nanos())
        .fetch_one(&mut *snapshot)
        .await
        .map_err(store_error)?;
    let state = CatalogState {
        schema_version,
        commit_seq: commit_seq.unsigned_abs(),
        segments: segments.iter().map(from_row).collect::<StoreResult<_>>()?,
        quarantine_reasons: quarantine_reasons(&mut snapshot).await?,
        inline: inline(&mut snapshot).await?,
        writers: writers(&mut snapshot).await?,
        leases: leases.unsigned_abs(),
        now,
    };
    snapshot.rollback().await.map_err(store_error)?;
    Ok(state)
}

async fn quarantine_reasons(snapshot: &mut Snapshot) -> StoreResult<HashMap<SegmentId, String>> {
    let rows = sqlx::query("SELECT id, COALESCE(quarantine_reason, '') AS reason FROM segment WHERE state = 'quarantined'")
        .fetch_all(&mut **snapshot)
        .await
        .map_err(store_error)?;
    rows.iter().map(|row| Ok((segment_id(row)?, column(row, "reason")?))).collect()
}

async fn inline(snapshot: &mut Snapshot) -> StoreResult<HashSet<SegmentId>> {
    let rows = sqlx::query("SELECT id FROM segment_inline").fetch_all(&mut **snapshot).await.map_err(store_error)?;
    rows.iter().map(segment_id).collect()
}

async fn writers(snapshot: &mut Snapshot) -> StoreResult<Vec<WriterState>> {
    let rows = sqlx::query("SELECT id, label, heartbeat, fenced_at FROM writer ORDER BY registered_at")
        .fetch_all(&mut **snapshot)
        .await
        .map_err(store_error)?;
    let writer = |row: &AnyRow| {
        Ok(WriterState {
            id: parsed(row, "id", |text| text.parse().ok())?,
            label: column(row, "label")?,
            heartbeat: Timestamp::from_nanos(column(row, "heartbeat")?),
            is_fenced: column::<Option<i64>>(row, "fenced_at")?.is_some(),
        })
    };
    rows.iter().map(writer).collect()
}

fn segment_id(row: &AnyRow) -> StoreResult<SegmentId> {
    parsed(row, "id", |text| text.parse().ok())
}
