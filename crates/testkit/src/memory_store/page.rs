//! Pages in a stable order, continued by cursors.

use model::{
    Timestamp,
    query::{Cursor, MAX_PAGE},
};

/// What rows are ordered by: the time, then the id.
type Key = (Timestamp, String);

pub(super) fn key(time: Timestamp, tie: String) -> Key {
    (time, tie)
}

/// The tie of rows without an id: their number of arrival, padded so that text order is number order.
pub(super) fn arrival_tie(arrival: usize) -> String {
    format!("{arrival:016x}")
}

pub(super) fn newest_first<T>(rows: impl Iterator<Item = (Key, T)>, cursor: Option<Cursor>, limit: usize) -> (Vec<T>, Option<Cursor>) {
    let after = cursor.map(|cursor| (cursor.time, cursor.tie));
    let mut rows: Vec<_> = rows.filter(|(key, _)| after.as_ref().is_none_or(|after| key < after)).collect();
    rows.sort_by(|(left, _), (right, _)| right.cmp(left));
    cut(rows, limit)
}

pub(super) fn oldest_first<T>(rows: impl Iterator<Item = (Key, T)>, cursor: Option<Cursor>, limit: usize) -> (Vec<T>, Option<Cursor>) {
    let after = cursor.map(|cursor| (cursor.time, cursor.tie));
    let mut rows: Vec<_> = rows.filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).collect();
    rows.sort_by(|(left, _), (right, _)| left.cmp(right));
    cut(rows, limit)
}

/// The first `limit` rows, and a cursor at the last of them when more follow.
fn cut<T>(mut rows: Vec<(Key, T)>, limit: usize) -> (Vec<T>, Option<Cursor>) {
    let limit = limit.clamp(1, MAX_PAGE);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|((time, tie), _)| Cursor { time: *time, tie: tie.clone() });
    (rows.into_iter().map(|(_, row)| row).collect(), next)
}
