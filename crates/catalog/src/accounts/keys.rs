//! API keys: only the hash of a secret is ever here.

use super::valid_name;
use crate::{
    database::Database,
    error::store_error,
    sql::{column, parsed},
};
use model::{
    KeyId, ProjectId, StoreError, StoreResult, Timestamp,
    ports::{ApiKey, KeyScope, KeySecretHash, NewKey},
    time::NANOS_PER_SECOND,
};
use sqlx::any::AnyRow;

/// A use is noted at most this often: it is a write.
const NOTE_INTERVAL_NANOS: i64 = 60 * NANOS_PER_SECOND;

pub(super) async fn create(database: &Database, new: NewKey) -> StoreResult<ApiKey> {
    let name = valid_name(&new.name)?.to_owned();
    let key = ApiKey {
        id: KeyId::generate(),
        project_id: new.project,
        name,
        scopes: new.scopes,
        prefix: new.prefix,
        created_at: Timestamp::now(),
        last_used_at: None,
    };
    // The SELECT gives no row, and so nothing is inserted, when there is no such project.
    let inserted = sqlx::query(
        "INSERT INTO api_key (id, project_id, name, scopes, prefix, secret_hash, created_at)
         SELECT $1, id, $2, $3, $4, $5, $6 FROM project WHERE id = $7 AND deleted_at IS NULL",
    )
    .bind(key.id.to_hex())
    .bind(key.name.as_str())
    .bind(key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(","))
    .bind(key.prefix.as_str())
    .bind(new.secret_hash.as_slice())
    .bind(key.created_at.as_nanos())
    .bind(new.project.to_hex())
    .execute(&database.write)
    .await
    .map_err(store_error)?;
    if inserted.rows_affected() == 0 { Err(StoreError::NotFound("project")) } else { Ok(key) }
}

pub(super) async fn list(database: &Database, project: ProjectId) -> StoreResult<Vec<ApiKey>> {
    let rows = sqlx::query(
        "SELECT id, project_id, name, scopes, prefix, created_at, last_used_at FROM api_key WHERE project_id = $1 ORDER BY created_at, id",
    )
    .bind(project.to_hex())
    .fetch_all(&database.read)
    .await
    .map_err(store_error)?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn delete(database: &Database, project: ProjectId, key: KeyId) -> StoreResult<()> {
    let deleted = sqlx::query("DELETE FROM api_key WHERE id = $1 AND project_id = $2")
        .bind(key.to_hex())
        .bind(project.to_hex())
        .execute(&database.write)
        .await
        .map_err(store_error)?;
    if deleted.rows_affected() == 0 { Err(StoreError::NotFound("key")) } else { Ok(()) }
}

pub(super) async fn by_secret(database: &Database, hash: &KeySecretHash) -> StoreResult<Option<ApiKey>> {
    // Deleting a project deletes its keys; the join also covers a key that was being created at that moment.
    let row = sqlx::query(
        "SELECT k.id, k.project_id, k.name, k.scopes, k.prefix, k.created_at, k.last_used_at
         FROM api_key k JOIN project p ON p.id = k.project_id WHERE k.secret_hash = $1 AND p.deleted_at IS NULL",
    )
    .bind(hash.as_slice())
    .fetch_optional(&database.read)
    .await
    .map_err(store_error)?;
    row.as_ref().map(from_row).transpose()
}

/// Notes the use. A failure is only logged: a full disk must not lock anybody out of reading.
pub(super) async fn note_use(database: &Database, key: &mut ApiKey) {
    let now = Timestamp::now();
    let due = now.saturating_add_nanos(-NOTE_INTERVAL_NANOS);
    if key.last_used_at.is_some_and(|used| used > due) {
        return;
    }
    let noted = sqlx::query("UPDATE api_key SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at <= $3)")
        .bind(now.as_nanos())
        .bind(key.id.to_hex())
        .bind(due.as_nanos())
        .execute(&database.write)
        .await;
    match noted {
        Ok(_) => key.last_used_at = Some(now),
        Err(error) => tracing::warn!(key = %key.id, %error, "the use of a key could not be noted"),
    }
}

fn from_row(row: &AnyRow) -> StoreResult<ApiKey> {
    Ok(ApiKey {
        id: parsed(row, "id", |text| text.parse().ok())?,
        project_id: parsed(row, "project_id", |text| text.parse().ok())?,
        name: column(row, "name")?,
        scopes: parsed(row, "scopes", |text| text.split(',').filter(|word| !word.is_empty()).map(KeyScope::from_name).collect())?,
        prefix: column(row, "prefix")?,
        created_at: Timestamp::from_nanos(column(row, "created_at")?),
        last_used_at: column::<Option<i64>>(row, "last_used_at")?.map(Timestamp::from_nanos),
    })
}
