//! A segment that was taken for damaged, back into reads.

use crate::{database::Database, error::store_error, segments::next_seq, sql::column};
use model::{SegmentId, StoreResult};

pub(super) async fn reinstate(database: &Database, id: SegmentId) -> StoreResult<bool> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let seq = next_seq(&mut transaction).await?;
    let found = sqlx::query("SELECT projects, clean_seq FROM segment WHERE id = $1 AND state = 'quarantined'")
        .bind(id.to_hex())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    let Some(found) = found else { return Ok(false) };
    sqlx::query("UPDATE segment SET state = 'live', retired_seq = NULL, retired_at = NULL, quarantine_reason = NULL WHERE id = $1")
        .bind(id.to_hex())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    // While it was away, erasures may have been declared done without it.
    let (projects, clean_seq): (String, i64) = (column(&found, "projects")?, column(&found, "clean_seq")?);
    for project in projects.split(',').filter(|project| !project.is_empty()) {
        sqlx::query("UPDATE erasure SET rewritten_seq = NULL, rewritten_at = NULL, erased_at = NULL WHERE project_id = $1 AND seq > $2")
            .bind(project)
            .bind(clean_seq)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        sqlx::query("UPDATE project SET erased_at = NULL WHERE id = $1 AND deleted_at IS NOT NULL")
            .bind(project)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
    }
    // Its commit_seq is an old one, which nobody asks for again: as after forgotten changes, every reader lists anew.
    sqlx::query("UPDATE commit_counter SET forgotten_seq = $1 WHERE id = 1")
        .bind(seq)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    tracing::warn!(segment = %id, "a quarantined segment is whole: its rows are shown again");
    Ok(true)
}
