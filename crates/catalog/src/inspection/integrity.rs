//! Whether the database is sound.

use crate::{
    database::{Backend, Database},
    error::store_error,
};
use model::StoreResult;
use sqlx::Row;

/// Lines of one check at most: a broken file has thousands.
const MAX_LINES: usize = 100;

pub(super) async fn check(database: &Database) -> StoreResult<Vec<String>> {
    let mut found = Vec::new();
    if database.backend == Backend::Sqlite {
        let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(100)").fetch_all(&database.read).await.map_err(store_error)?;
        found.extend(lines.into_iter().filter(|line| line != "ok").take(MAX_LINES));
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&database.read).await.map_err(store_error)?;
        for row in broken.iter().take(MAX_LINES) {
            let table: String = row.try_get(0).map_err(store_error)?;
            let parent: String = row.try_get(2).map_err(store_error)?;
            found.push(format!("a row of {table} names a row of {parent} that does not exist"));
        }
    }
    let backwards: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM segment, commit_counter WHERE segment.commit_seq > commit_counter.seq OR segment.retired_seq > commit_counter.seq",
    )
    .fetch_one(&database.read)
    .await
    .map_err(store_error)?;
    if backwards > 0 {
        found.push(format!(
            "{backwards} segments were published later than the newest publication: was an old copy of the database put in place?"
        ));
    }
    Ok(found)
}
