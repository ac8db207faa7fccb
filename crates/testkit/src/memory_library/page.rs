//! Cuts a page out of a whole list.

use model::{
    library::{ListCursor, Listed, PageRequest},
    query::MAX_PAGE,
};
use std::cmp::Reverse;

pub(super) fn ascending<T>(rows: impl Iterator<Item = T>, key: impl Fn(&T) -> ListCursor, page: &PageRequest) -> Listed<T> {
    let mut rows: Vec<(ListCursor, T)> = rows.map(|row| (key(&row), row)).collect();
    rows.sort_by(|(left, _), (right, _)| left.cmp(right));
    cut(rows, page, |key, after| key > after)
}

pub(super) fn descending<T>(rows: impl Iterator<Item = T>, key: impl Fn(&T) -> ListCursor, page: &PageRequest) -> Listed<T> {
    let mut rows: Vec<(ListCursor, T)> = rows.map(|row| (key(&row), row)).collect();
    rows.sort_by(|(left, _), (right, _)| Reverse(left).cmp(&Reverse(right)));
    cut(rows, page, |key, after| key < after)
}

fn cut<T>(rows: Vec<(ListCursor, T)>, page: &PageRequest, follows: impl Fn(&ListCursor, &ListCursor) -> bool) -> Listed<T> {
    let total = rows.len() as u64;
    let limit = page.limit.clamp(1, MAX_PAGE);
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let rest = rows.into_iter().filter(|(key, _)| page.after.as_ref().is_none_or(|after| follows(key, after))).skip(offset);
    let mut taken: Vec<(ListCursor, T)> = rest.take(limit + 1).collect();
    let more = taken.len() > limit;
    taken.truncate(limit);
    let next_cursor = taken.last().filter(|_| more).map(|(key, _)| key.clone());
    Listed { items: taken.into_iter().map(|(_, row)| row).collect(), total, next_cursor }
}
