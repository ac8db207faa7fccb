//! Small help for SQL text: lists of placeholders, and columns to words.

use model::{StoreError, StoreResult};
use sqlx::{Any, AssertSqlSafe, Decode, Row, Type, any::AnyRow};

/// Ids in one statement: far below the limits of both databases (32,766 and 65,535 parameters).
pub(crate) const MAX_IDS: usize = 500;

/// `prefix ($first, $first+1, …)`: the only SQL that is put together at run time, from constants and numbers.
pub(crate) fn with_list(prefix: &'static str, first: usize, count: usize) -> AssertSqlSafe<String> {
    let list: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    AssertSqlSafe(format!("{prefix} ({})", list.join(", ")))
}

/// A column's value; damage is told by the column's name, never by the value.
pub(crate) fn column<'r, T: Decode<'r, Any> + Type<Any>>(row: &'r AnyRow, name: &'static str) -> StoreResult<T> {
    row.try_get(name).map_err(|error| StoreError::Internal(format!("catalog column {name}: {error}")))
}

/// A column that holds one of our own words or ids.
pub(crate) fn parsed<T>(row: &AnyRow, name: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> StoreResult<T> {
    let text: String = column(row, name)?;
    parse(&text).ok_or_else(|| damaged(name))
}

/// A count: never negative.
pub(crate) fn unsigned<T: TryFrom<i64>>(row: &AnyRow, name: &'static str) -> StoreResult<T> {
    T::try_from(column::<i64>(row, name)?).map_err(|_| damaged(name))
}

pub(crate) fn damaged(name: &str) -> StoreError {
    StoreError::Internal(format!("catalog column {name} holds something else than expected"))
}

pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
