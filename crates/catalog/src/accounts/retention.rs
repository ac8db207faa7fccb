//! How long each project keeps its rows: a column of the project, as JSON.

use crate::{
    database::Database,
    error::store_error,
    sql::{column, damaged, parsed},
};
use model::{ProjectId, StoreError, StoreResult, retention::RetentionPolicy};
use sqlx::any::AnyRow;

pub(super) async fn of_project(database: &Database, project: ProjectId) -> StoreResult<RetentionPolicy> {
    let row = sqlx::query("SELECT retention FROM project WHERE id = $1 AND deleted_at IS NULL")
        .bind(project.to_hex())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?
        .ok_or(StoreError::NotFound("project"))?;
    policy(&row)
}

pub(super) async fn set(database: &Database, project: ProjectId, policy: RetentionPolicy) -> StoreResult<()> {
    let text = (!policy.keeps_everything()).then(|| serde_json::to_string(&policy)).transpose().map_err(StoreError::internal)?;
    let changed = sqlx::query("UPDATE project SET retention = $1 WHERE id = $2 AND deleted_at IS NULL")
        .bind(text)
        .bind(project.to_hex())
        .execute(&database.write)
        .await
        .map_err(store_error)?;
    if changed.rows_affected() == 0 { Err(StoreError::NotFound("project")) } else { Ok(()) }
}

pub(crate) async fn all(database: &Database) -> StoreResult<Vec<(ProjectId, RetentionPolicy)>> {
    let rows = sqlx::query("SELECT id, retention FROM project WHERE retention IS NOT NULL AND deleted_at IS NULL ORDER BY id")
        .fetch_all(&database.read)
        .await
        .map_err(store_error)?;
    rows.iter().map(|row| Ok((parsed(row, "id", |text| text.parse().ok())?, policy(row)?))).collect()
}

fn policy(row: &AnyRow) -> StoreResult<RetentionPolicy> {
    match column::<Option<String>>(row, "retention")? {
        None => Ok(RetentionPolicy::default()),
        Some(text) => serde_json::from_str(&text).map_err(|_| damaged("retention")),
    }
}
