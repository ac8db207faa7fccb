//! What it means that nothing was written or found.

use crate::{error::store_error, sql::column};
use model::{ProjectId, StoreError, StoreResult};
use sqlx::{AnyConnection, Row};

/// Why no row was changed: the project is not there, or `what` is not.
pub(super) async fn missing(connection: &mut AnyConnection, project: ProjectId, what: &'static str) -> StoreError {
    match is_live(connection, project).await {
        Ok(true) => StoreError::NotFound(what),
        Ok(false) => StoreError::NotFound("project"),
        Err(error) => error,
    }
}

async fn is_live(connection: &mut AnyConnection, project: ProjectId) -> StoreResult<bool> {
    let found = sqlx::query(concat!("SELECT COUNT(*) AS found FROM project WHERE id = ", super::live!()))
        .bind(project.to_hex())
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(column::<i64>(&found, "found")? > 0)
}

/// How long a whole list is.
pub(super) fn count(row: &sqlx::any::AnyRow) -> StoreResult<u64> {
    let count: i64 = row.try_get(0).map_err(store_error)?;
    Ok(count.unsigned_abs())
}
