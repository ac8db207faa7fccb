//! Projects. A deleted one keeps its row, so that its telemetry stays hidden until it is erased.

use crate::{
    database::Database,
    error::store_error,
    segments::{lock_publications, next_seq},
    sql::{column, parsed},
};
use model::{ProjectId, StoreError, StoreResult, Timestamp, ports::Project};
use sqlx::{AnyConnection, any::AnyRow};

const DEFAULT_NAME: &str = "default";

pub(super) async fn default(database: &Database) -> StoreResult<Project> {
    if let Some(project) = by_name(database, DEFAULT_NAME).await? {
        return Ok(project);
    }
    match create(database, DEFAULT_NAME).await {
        // Somebody else was first.
        Err(StoreError::Conflict(_)) => {
            by_name(database, DEFAULT_NAME).await?.ok_or_else(|| StoreError::Unavailable("the default project was just deleted".into()))
        }
        created => created,
    }
}

pub(super) async fn create(database: &Database, name: &str) -> StoreResult<Project> {
    let project = Project { id: ProjectId::generate(), name: name.to_owned(), created_at: Timestamp::now() };
    sqlx::query("INSERT INTO project (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)")
        .bind(project.id.to_hex())
        .bind(name)
        .bind(name_key(name))
        .bind(project.created_at.as_nanos())
        .execute(&database.write)
        .await
        .map_err(|error| match store_error(error) {
            StoreError::Conflict(_) => StoreError::Conflict(format!("a project named {name:?} exists already")),
            other => other,
        })?;
    Ok(project)
}

/// Sorted here, because the databases sort text by different rules.
pub(super) async fn list(database: &Database) -> StoreResult<Vec<Project>> {
    let rows = sqlx::query("SELECT id, name, created_at FROM project WHERE deleted_at IS NULL")
        .fetch_all(&database.read)
        .await
        .map_err(store_error)?;
    let mut projects = rows.iter().map(from_row).collect::<StoreResult<Vec<_>>>()?;
    projects.sort_by_cached_key(|project| name_key(&project.name));
    Ok(projects)
}

pub(crate) async fn by_id(database: &Database, id: ProjectId) -> StoreResult<Option<Project>> {
    let row = sqlx::query("SELECT id, name, created_at FROM project WHERE id = $1 AND deleted_at IS NULL")
        .bind(id.to_hex())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.as_ref().map(from_row).transpose()
}

async fn by_name(database: &Database, name: &str) -> StoreResult<Option<Project>> {
    let row = sqlx::query("SELECT id, name, created_at FROM project WHERE name_key = $1 AND deleted_at IS NULL")
        .bind(name_key(name))
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.as_ref().map(from_row).transpose()
}

pub(super) async fn delete(database: &Database, id: ProjectId) -> StoreResult<()> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    // Gets a commit_seq of its own, so that every process hides the rows. The lock comes first, as everywhere.
    next_seq(&mut transaction).await?;
    let deleted = sqlx::query("UPDATE project SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL")
        .bind(Timestamp::now().as_nanos())
        .bind(id.to_hex())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    if deleted.rows_affected() == 0 {
        return Err(StoreError::NotFound("project"));
    }
    sqlx::query("DELETE FROM api_key WHERE project_id = $1").bind(id.to_hex()).execute(&mut *transaction).await.map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// Deleted, and not yet erased.
pub(crate) async fn deleted(connection: &mut AnyConnection) -> StoreResult<Vec<ProjectId>> {
    let rows = sqlx::query("SELECT id FROM project WHERE deleted_at IS NOT NULL AND erased_at IS NULL ORDER BY id")
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    rows.iter().map(|row| parsed(row, "id", |text| text.parse().ok())).collect()
}

/// Behind the publication lock: no segment that names the project can appear meanwhile.
pub(crate) async fn mark_erased(database: &Database, id: ProjectId) -> StoreResult<bool> {
    let now = database.now().await?.as_nanos();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    lock_publications(&mut transaction).await?;
    let marked = sqlx::query(
        "UPDATE project SET erased_at = $1 WHERE id = $2 AND deleted_at IS NOT NULL AND erased_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.projects LIKE '%' || project.id || '%')",
    )
    .bind(now)
    .bind(id.to_hex())
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(marked.rows_affected() > 0)
}

fn name_key(name: &str) -> String {
    name.to_lowercase()
}

fn from_row(row: &AnyRow) -> StoreResult<Project> {
    Ok(Project {
        id: parsed(row, "id", |text| text.parse().ok())?,
        name: column(row, "name")?,
        created_at: Timestamp::from_nanos(column(row, "created_at")?),
    })
}
