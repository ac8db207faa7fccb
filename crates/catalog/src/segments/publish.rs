//! The one transaction by which segments appear and disappear.

use super::{lock_publications, next_seq, row};
use crate::{
    database::Database,
    error::store_error,
    sql::{MAX_IDS, with_list},
};
use model::{
    SegmentId, StoreError, StoreResult, WriterId,
    segment::{Location, Publication, PublishOutcome},
};
use sqlx::{Any, Row, Transaction};

pub(super) async fn publish(database: &Database, publication: &Publication) -> StoreResult<PublishOutcome> {
    check_shape(publication)?;
    let now = database.now().await?.as_nanos();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    // The lock comes first: whatever is read below cannot change before the commit.
    let seq = next_seq(&mut transaction).await?;
    if let Some(earlier) = published_before(&mut transaction, publication).await? {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(PublishOutcome::Published(earlier.unsigned_abs()));
    }
    check_writer(&mut transaction, publication.writer).await?;
    if !retire(&mut transaction, &publication.retire, seq, now).await? {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(PublishOutcome::Conflict);
    }
    insert(&mut transaction, publication, seq).await?;
    match transaction.commit().await {
        Ok(()) => Ok(PublishOutcome::Published(seq.unsigned_abs())),
        Err(error) => find_out(database, publication, seq, error).await,
    }
}

fn check_shape(publication: &Publication) -> StoreResult<()> {
    if publication.add.is_empty() && publication.retire.is_empty() {
        return Err(StoreError::invalid("publication", "must add or retire a segment"));
    }
    let mut retired = publication.retire.clone();
    retired.sort_unstable();
    if retired.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(StoreError::invalid("retire", "must name each segment once"));
    }
    for new in &publication.add {
        if (new.segment.location == Location::Inline) != new.inline.is_some() {
            return Err(StoreError::invalid("add", "an inline segment has its bytes with it, and no other has"));
        }
        if new.segment.writer != publication.writer {
            return Err(StoreError::invalid("add", "a segment is published by the writer that made it"));
        }
    }
    Ok(())
}

/// The commit_seq of these segments when they are in the catalog already: an earlier try of the same publication was successful.
async fn published_before(transaction: &mut Transaction<'static, Any>, publication: &Publication) -> StoreResult<Option<i64>> {
    let Some(first) = publication.add.first() else { return Ok(None) };
    // A publication is atomic: one of its segments stands for all.
    sqlx::query_scalar("SELECT commit_seq FROM segment WHERE id = $1")
        .bind(first.segment.id.to_hex())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(store_error)
}

async fn check_writer(transaction: &mut Transaction<'static, Any>, writer: WriterId) -> StoreResult<()> {
    let known = sqlx::query("SELECT id FROM writer WHERE id = $1 AND fenced_at IS NULL")
        .bind(writer.to_hex())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(store_error)?;
    known.map(drop).ok_or(StoreError::Fenced)
}

/// `false` when one of them is not live.
async fn retire(transaction: &mut Transaction<'static, Any>, ids: &[SegmentId], seq: i64, now: i64) -> StoreResult<bool> {
    const UPDATE: &str = "UPDATE segment SET state = 'retired', retired_seq = $1, retired_at = $2 WHERE state = 'live' AND id IN";
    for ids in ids.chunks(MAX_IDS) {
        let statement = sqlx::query(with_list(UPDATE, 3, ids.len())).persistent(false).bind(seq).bind(now);
        let statement = ids.iter().fold(statement, |statement, id| statement.bind(id.to_hex()));
        let retired = statement.execute(&mut **transaction).await.map_err(store_error)?;
        if retired.rows_affected() != ids.len() as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn insert(transaction: &mut Transaction<'static, Any>, publication: &Publication, seq: i64) -> StoreResult<()> {
    for new in &publication.add {
        row::insert(&new.segment, seq).execute(&mut **transaction).await.map_err(store_error)?;
        if let Some(bytes) = &new.inline {
            sqlx::query("INSERT INTO segment_inline (id, bytes) VALUES ($1, $2)")
                .bind(new.segment.id.to_hex())
                .bind(bytes.as_ref())
                .execute(&mut **transaction)
                .await
                .map_err(store_error)?;
        }
    }
    Ok(())
}

/// COMMIT failed, which says nothing about its outcome: the connection may have been lost after the server had committed.
async fn find_out(database: &Database, publication: &Publication, seq: i64, cause: sqlx::Error) -> StoreResult<PublishOutcome> {
    tracing::warn!(commit_seq = seq, error = %cause, "the outcome of a commit is unknown, looking it up");
    let unknown = |error: StoreError| StoreError::Unavailable(format!("the outcome of a commit is unknown: {cause}; then: {error}"));
    let mut transaction = database.begin_write().await.map_err(|error| unknown(store_error(error)))?;
    // The server may still be working on the lost commit, which holds this lock until its end.
    lock_publications(&mut transaction).await.map_err(unknown)?;
    let (column, id) = match (publication.add.first(), publication.retire.first()) {
        (Some(new), _) => ("SELECT commit_seq FROM segment WHERE id = $1 AND commit_seq = $2", new.segment.id),
        (None, Some(id)) => ("SELECT retired_seq FROM segment WHERE id = $1 AND retired_seq = $2", *id),
        (None, None) => return Err(unknown(StoreError::NotFound("segment"))),
    };
    let found = sqlx::query(column)
        .bind(id.to_hex())
        .bind(seq)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(|error| unknown(store_error(error)))?;
    match found {
        Some(row) => Ok(PublishOutcome::Published(row.try_get::<i64, _>(0).map_err(store_error)?.unsigned_abs())),
        None => Err(StoreError::Unavailable(format!("the catalog did not commit: {cause}"))),
    }
}

/// Behind the publication lock: a commit whose connection was lost may still be under way on the server, unseen by a plain read.
pub(super) async fn was_published(database: &Database, id: SegmentId) -> StoreResult<bool> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    lock_publications(&mut transaction).await?;
    let found = sqlx::query("SELECT id FROM segment WHERE id = $1")
        .bind(id.to_hex())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.rollback().await.map_err(store_error)?;
    Ok(found.is_some())
}
