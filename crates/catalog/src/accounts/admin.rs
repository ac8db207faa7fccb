//! The one admin, and who is signed in.

use crate::{database::Database, error::store_error, sql::column};
use model::{
    StoreResult, Timestamp,
    ports::{Session, TokenHash},
};

pub(super) async fn password_hash(database: &Database) -> StoreResult<Option<String>> {
    sqlx::query_scalar("SELECT password_hash FROM admin WHERE id = 1").fetch_optional(&database.read).await.map_err(store_error)
}

pub(super) async fn set_password_hash(database: &Database, phc: &str) -> StoreResult<()> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    sqlx::query(
        "INSERT INTO admin (id, password_hash, updated_at) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at",
    )
    .bind(phc)
    .bind(Timestamp::now().as_nanos())
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    sqlx::query("DELETE FROM session").execute(&mut *transaction).await.map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// Also sweeps out the expired ones.
pub(super) async fn create_session(database: &Database, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()> {
    let now = Timestamp::now().as_nanos();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    sqlx::query("DELETE FROM session WHERE expires_at <= $1").bind(now).execute(&mut *transaction).await.map_err(store_error)?;
    sqlx::query("INSERT INTO session (token_hash, created_at, expires_at) VALUES ($1, $2, $3)")
        .bind(token.as_slice())
        .bind(now)
        .bind(expires_at.as_nanos())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

pub(super) async fn session(database: &Database, token: &TokenHash) -> StoreResult<Option<Session>> {
    let row = sqlx::query("SELECT created_at, expires_at FROM session WHERE token_hash = $1 AND expires_at > $2")
        .bind(token.as_slice())
        .bind(Timestamp::now().as_nanos())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.map(|row| {
        Ok(Session {
            created_at: Timestamp::from_nanos(column(&row, "created_at")?),
            expires_at: Timestamp::from_nanos(column(&row, "expires_at")?),
        })
    })
    .transpose()
}

pub(super) async fn delete_session(database: &Database, token: &TokenHash) -> StoreResult<()> {
    sqlx::query("DELETE FROM session WHERE token_hash = $1").bind(token.as_slice()).execute(&database.write).await.map_err(store_error)?;
    Ok(())
}
