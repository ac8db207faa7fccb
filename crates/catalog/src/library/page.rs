//! Pages of lists: `(rank, id)` after or before a cursor, one row more than asked for.

use crate::{
    error::store_error,
    sql::{column, signed},
};
use model::{
    StoreResult,
    library::{ListCursor, Listed, PageRequest},
    query::MAX_PAGE,
};
use sqlx::any::AnyRow;

/// What a statement of a list is given. Where no cursor is, one that all rows follow.
pub(super) struct Window {
    pub(super) rank: i64,
    pub(super) id: String,
    /// One more than shown: whether there is a next page.
    pub(super) limit: i64,
    pub(super) offset: i64,
}

impl Window {
    pub(super) fn ascending(page: &PageRequest) -> Self {
        Self::new(page, i64::MIN)
    }

    pub(super) fn descending(page: &PageRequest) -> Self {
        Self::new(page, i64::MAX)
    }

    fn new(page: &PageRequest, open: i64) -> Self {
        let cursor = page.after.clone().unwrap_or(ListCursor { rank: open, id: String::new() });
        let limit = page.limit.clamp(1, MAX_PAGE) + 1;
        Self { rank: cursor.rank, id: cursor.id, limit: signed(limit as u64), offset: signed(page.offset) }
    }

    /// Rows have the columns `rank` and `id` that they are ordered by.
    pub(super) fn listed<T>(&self, rows: &[AnyRow], total: u64, read: impl Fn(&AnyRow) -> StoreResult<T>) -> StoreResult<Listed<T>> {
        let shown = usize::try_from(self.limit - 1).unwrap_or(MAX_PAGE);
        let next_cursor = match rows.get(shown.saturating_sub(1)).filter(|_| rows.len() > shown) {
            Some(last) => Some(ListCursor { rank: column(last, "rank")?, id: column(last, "id")? }),
            None => None,
        };
        let items = rows.iter().take(shown).map(read).collect::<StoreResult<_>>()?;
        Ok(Listed { items, total, next_cursor })
    }
}

/// Runs the two statements of a list, as of one moment: how long it is, and a page of it. The first has the given parameters, the second
/// also rank, id, limit and offset behind them.
pub(super) async fn fetch(
    database: &crate::database::Database,
    count: &'static str,
    page: &'static str,
    parameters: &[&str],
    window: &Window,
) -> StoreResult<(u64, Vec<AnyRow>)> {
    let mut snapshot = database.begin_snapshot().await.map_err(store_error)?;
    let counted = parameters.iter().fold(sqlx::query(count), |query, parameter| query.bind((*parameter).to_owned()));
    let total = super::project::count(&counted.fetch_one(&mut *snapshot).await.map_err(store_error)?)?;
    let listed = parameters.iter().fold(sqlx::query(page), |query, parameter| query.bind((*parameter).to_owned()));
    let listed = listed.bind(window.rank).bind(window.id.clone()).bind(window.limit).bind(window.offset);
    let rows = listed.fetch_all(&mut *snapshot).await.map_err(store_error)?;
    snapshot.rollback().await.map_err(store_error)?;
    Ok((total, rows))
}
