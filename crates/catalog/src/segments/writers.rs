//! Who may publish.

use super::lock_publications;
use crate::{
    database::{Database, nanos},
    error::store_error,
    sql::parsed,
};
use model::{StoreError, StoreResult, WriterId};
use std::time::Duration;

/// Labels are for people: process, host, number.
const MAX_LABEL_CHARS: usize = 200;

pub(super) async fn register(database: &Database, label: &str) -> StoreResult<WriterId> {
    let (id, now) = (WriterId::generate(), database.now().await?.as_nanos());
    let label: String = label.chars().filter(|character| !character.is_control()).take(MAX_LABEL_CHARS).collect();
    sqlx::query("INSERT INTO writer (id, label, registered_at, heartbeat) VALUES ($1, $2, $3, $3)")
        .bind(id.to_hex())
        .bind(label)
        .bind(now)
        .execute(&database.write)
        .await
        .map_err(store_error)?;
    Ok(id)
}

pub(super) async fn heartbeat(database: &Database, writer: WriterId) -> StoreResult<()> {
    let now = database.now().await?.as_nanos();
    let alive = sqlx::query("UPDATE writer SET heartbeat = $1 WHERE id = $2 AND fenced_at IS NULL")
        .bind(now)
        .bind(writer.to_hex())
        .execute(&database.write)
        .await
        .map_err(store_error)?;
    if alive.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Fenced) }
}

pub(super) async fn fence_silent(database: &Database, silence: Duration) -> StoreResult<Vec<WriterId>> {
    let now = database.now().await?;
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    // A publication that is under way ends first; one that comes later sees the fence.
    lock_publications(&mut transaction).await?;
    let earlier = sqlx::query("SELECT id FROM writer WHERE fenced_at IS NOT NULL ORDER BY id")
        .fetch_all(&mut *transaction)
        .await
        .map_err(store_error)?;
    let fenced = sqlx::query("UPDATE writer SET fenced_at = $1 WHERE fenced_at IS NULL AND heartbeat <= $2")
        .bind(now.as_nanos())
        .bind(now.saturating_add_nanos(nanos(silence).saturating_neg()).as_nanos())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    if fenced.rows_affected() > 0 {
        tracing::info!(writers = fenced.rows_affected(), "fenced silent writers");
    }
    earlier.iter().map(|row| parsed(row, "id", |text| text.parse().ok())).collect()
}

pub(super) async fn forget(database: &Database, writer: WriterId) -> StoreResult<()> {
    sqlx::query("DELETE FROM writer WHERE id = $1").bind(writer.to_hex()).execute(&database.write).await.map_err(store_error)?;
    Ok(())
}
