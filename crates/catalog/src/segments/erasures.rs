//! Erasures: what is hidden, from which publication on, and the receipts.

use super::next_seq;
use crate::{
    database::Database,
    error::store_error,
    sql::{column, damaged, parsed, signed, unsigned},
};
use model::{
    ErasureId, ProjectId, StoreError, StoreResult, Timestamp,
    erase::{Erasure, ErasureState, Hidden, MAX_PENDING, NewErasure, TombstoneHead},
};
use sqlx::{AnyConnection, any::AnyRow};

/// When a client refused for too many erasures may try again: a rewrite takes about so long.
const RETRY_AFTER_SECONDS: u32 = 30;

/// Everything that [`from_row`] reads.
macro_rules! select_erasures {
    ($condition:literal) => {
        concat!("SELECT id, project_id, target, requested_at, hidden_spans, rewritten_at, erased_at FROM erasure WHERE ", $condition)
    };
}

pub(super) async fn add(database: &Database, new: NewErasure) -> StoreResult<Erasure> {
    let target = serde_json::to_string(&new.target).map_err(StoreError::internal)?;
    let now = database.now().await?;
    let id = ErasureId::generate();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    // The lock comes first: the project cannot be deleted, and no erasure added, until the commit.
    let seq = next_seq(&mut transaction).await?;
    let project = sqlx::query("SELECT id FROM project WHERE id = $1 AND deleted_at IS NULL")
        .bind(new.project.to_hex())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    project.ok_or(StoreError::NotFound("project"))?;
    let pending: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM erasure WHERE rewritten_at IS NULL AND project_id = $1")
        .bind(new.project.to_hex())
        .fetch_one(&mut *transaction)
        .await
        .map_err(store_error)?;
    if pending.unsigned_abs() >= MAX_PENDING as u64 {
        let reason = format!("{MAX_PENDING} erasures of this project are under way");
        return Err(StoreError::Overloaded { reason, retry_after_seconds: RETRY_AFTER_SECONDS });
    }
    sqlx::query(
        "INSERT INTO erasure (id, project_id, target, seq, requested_at, hidden_spans, hidden) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_hex())
    .bind(new.project.to_hex())
    .bind(target)
    .bind(seq)
    .bind(now.as_nanos())
    .bind(signed(new.hidden_spans))
    .bind(new.hidden.to_bytes())
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(Erasure {
        id,
        project_id: new.project,
        target: new.target,
        state: ErasureState::Hidden,
        requested_at: now,
        hidden_spans: new.hidden_spans,
        rewritten_at: None,
        erased_at: None,
    })
}

pub(super) async fn active(connection: &mut AnyConnection) -> StoreResult<Vec<TombstoneHead>> {
    let rows = sqlx::query("SELECT id, project_id, seq FROM erasure WHERE rewritten_at IS NULL ORDER BY seq")
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    let head = |row| {
        Ok(TombstoneHead {
            id: parsed(row, "id", |text| text.parse().ok())?,
            project: parsed(row, "project_id", |text| text.parse().ok())?,
            seq: unsigned(row, "seq")?,
        })
    };
    rows.iter().map(head).collect()
}

pub(super) async fn hidden(database: &Database, id: ErasureId) -> StoreResult<Option<Hidden>> {
    let row = sqlx::query("SELECT hidden FROM erasure WHERE id = $1 AND erased_at IS NULL")
        .bind(id.to_hex())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.map(|row| Hidden::from_bytes(column(&row, "hidden")?).ok_or_else(|| damaged("hidden"))).transpose()
}

/// Gets a commit_seq of its own, so that every process notices.
pub(super) async fn mark_rewritten(database: &Database, id: ErasureId) -> StoreResult<()> {
    let now = database.now().await?.as_nanos();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let seq = next_seq(&mut transaction).await?;
    let row = sqlx::query("SELECT rewritten_at FROM erasure WHERE id = $1")
        .bind(id.to_hex())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?
        .ok_or(StoreError::NotFound("erasure"))?;
    if column::<Option<i64>>(&row, "rewritten_at")?.is_some() {
        return Ok(());
    }
    sqlx::query("UPDATE erasure SET rewritten_seq = $1, rewritten_at = $2 WHERE id = $3")
        .bind(seq)
        .bind(now)
        .bind(id.to_hex())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// A segment that went out of reads may hold rows of the erasure when it names the project, has rows from before the erasure, and was not
/// rewritten for it. The ids of what was hidden are forgotten with the rows: they are often names of people.
pub(super) async fn finish(database: &Database) -> StoreResult<u64> {
    let now = database.now().await?.as_nanos();
    let finished = sqlx::query(
        "UPDATE erasure SET erased_at = $1, hidden = $2 WHERE rewritten_at IS NOT NULL AND erased_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM segment WHERE segment.retired_seq <= erasure.rewritten_seq AND segment.first_seq <= erasure.seq \
         AND segment.clean_seq < erasure.seq AND segment.projects LIKE '%' || erasure.project_id || '%')",
    )
    .bind(now)
    .bind(Hidden::default().to_bytes())
    .execute(&database.write)
    .await
    .map_err(store_error)?;
    Ok(finished.rows_affected())
}

pub(super) async fn of_project(database: &Database, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>> {
    let rows = sqlx::query(select_erasures!("project_id = $1 ORDER BY seq DESC LIMIT $2"))
        .bind(project.to_hex())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&database.read)
        .await
        .map_err(store_error)?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn by_id(database: &Database, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>> {
    let row = sqlx::query(select_erasures!("project_id = $1 AND id = $2"))
        .bind(project.to_hex())
        .bind(id.to_hex())
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &AnyRow) -> StoreResult<Erasure> {
    let time = |name| Ok(column::<Option<i64>>(row, name)?.map(Timestamp::from_nanos));
    let (rewritten_at, erased_at) = (time("rewritten_at")?, time("erased_at")?);
    let state = match (rewritten_at, erased_at) {
        (_, Some(_)) => ErasureState::Erased,
        (Some(_), None) => ErasureState::Rewritten,
        (None, None) => ErasureState::Hidden,
    };
    Ok(Erasure {
        id: parsed(row, "id", |text| text.parse().ok())?,
        project_id: parsed(row, "project_id", |text| text.parse().ok())?,
        target: parsed(row, "target", |text| serde_json::from_str(text).ok())?,
        state,
        requested_at: Timestamp::from_nanos(column(row, "requested_at")?),
        hidden_spans: unsigned(row, "hidden_spans")?,
        rewritten_at,
        erased_at,
    })
}
