//! The newest rows of compacted segments, in two steps: which rows they are, from the columns that decide; then the rest of just those.
//!
//! Rows of a segment are ordered by trace, so the newest are spread all over it: reading every shown column of every row to find fifty of
//! them would be most of the work. Conditions over texts come last, newest candidates first.

mod look;
mod read;
mod texts;

pub(super) use read::ranges;

use super::{
    engine::Session,
    failure::QueryResult,
    narrow::{Narrowed, can_narrow, narrow},
};
use crate::{schema::schema_of, segment::LiveSegment, storage::blocking};
use datafusion::{
    arrow::{array::RecordBatch, datatypes::Schema},
    logical_expr::{Expr, utils::split_conjunction_owned},
};
use futures::{StreamExt, stream};
use look::{Condition, look, nth_newest};
use model::{StoreError, Timestamp, telemetry::RowKind};
use read::{answer_schema, has_texts, read_rows};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use texts::{Tested, test_newest};

/// Segments looked at side by side: as many as the query threads.
const SIDE_BY_SIDE: usize = 2;

/// What is looked for.
pub(super) struct Wanted {
    pub(super) kind: RowKind,
    /// The column that rows are ordered by, descending.
    pub(super) time: &'static str,
    /// Every condition, over columns of `schema_of(kind)`.
    pub(super) conditions: Vec<Expr>,
    /// Rows wanted. More of equal time may come.
    pub(super) limit: usize,
    /// Nothing older than this is wanted.
    pub(super) floor: Option<Timestamp>,
    /// Columns of the answer.
    pub(super) columns: Vec<String>,
    /// How long the search may go on.
    pub(super) search_time: Duration,
}

/// A row by its segment's place in the list and its number there.
type Place = (Timestamp, usize, u32);

/// Ends the look at files when the query is dropped.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What was found.
pub(super) struct Found {
    /// In any order: every row that may be among the first `limit` by time and any tie, as far as the search came.
    pub(super) batches: Vec<RecordBatch>,
    /// Set when there was no time to look at everything: whatever is older, or of this very time, may be missing.
    pub(super) searched_until: Option<Timestamp>,
}

/// What a look at one segment found.
#[derive(Default)]
struct Seen {
    rows: Vec<(Timestamp, u32)>,
    untested: Option<Timestamp>,
}

impl Wanted {
    /// The newest rows of `segments`.
    pub(super) async fn find(&self, session: &Session, segments: &[Arc<LiveSegment>]) -> QueryResult<Found> {
        let (places, searched_until) = self.places(session, segments).await?;
        let mut by_segment: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (_, segment, row) in places {
            by_segment.entry(segment).or_default().push(row);
        }
        let reads = by_segment.into_iter().map(|(segment, mut rows)| {
            rows.sort_unstable();
            let (segment, schema) = (Arc::clone(&segments[segment]), Arc::new(answer_schema(self.kind, &self.columns)));
            blocking(move || read_rows(&segment, &schema, &rows))
        });
        let mut batches = Vec::new();
        let mut reads = stream::iter(reads).buffered(SIDE_BY_SIDE);
        while let Some(batch) = reads.next().await {
            batches.push(batch?);
        }
        Ok(Found { batches, searched_until })
    }

    /// Newest segments first, until no other can hold a row that is new enough or the time is over.
    async fn places(&self, session: &Session, segments: &[Arc<LiveSegment>]) -> QueryResult<(Vec<Place>, Option<Timestamp>)> {
        let look = Look::new(self);
        let mut order: Vec<usize> = (0..segments.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(segments[*at].meta.max_time));
        let mut places: Vec<Place> = Vec::new();
        let mut untested: Option<Timestamp> = None;
        for (round, some) in order.chunks(SIDE_BY_SIDE).enumerate() {
            let oldest_needed = self.oldest_needed(&mut places);
            let needed: Vec<usize> =
                some.iter().copied().filter(|at| oldest_needed.is_none_or(|oldest| segments[*at].meta.max_time >= oldest)).collect();
            let Some(first) = needed.first() else { break };
            if round > 0 && Instant::now() >= look.deadline {
                untested = untested.max(Some(segments[*first].meta.max_time));
                break;
            }
            let looks = needed.iter().map(|at| look.at(session, &segments[*at], oldest_needed));
            for (at, seen) in needed.iter().zip(futures::future::join_all(looks).await) {
                let seen = seen?;
                untested = untested.max(seen.untested);
                places.extend(seen.rows.into_iter().map(|(time, row)| (time, *at, row)));
            }
        }
        let oldest_needed = self.oldest_needed(&mut places);
        // What is missing matters only where it could have been among the newest.
        Ok((places, untested.filter(|untested| oldest_needed.is_none_or(|oldest| *untested >= oldest))))
    }

    /// Drops what is surely too old, and gives the time below which nothing is needed any more; `None` while there are too few.
    fn oldest_needed(&self, places: &mut Vec<Place>) -> Option<Timestamp> {
        let oldest = nth_newest(places.iter().map(|(time, ..)| *time), self.limit).max(self.floor)?;
        places.retain(|(time, ..)| *time >= oldest);
        Some(oldest)
    }
}

/// How each segment is looked at.
struct Look {
    kind: RowKind,
    time: &'static str,
    limit: usize,
    /// One by one, so that each may be settled by derived data, and those over texts come last.
    conditions: Vec<Expr>,
    can_narrow: bool,
    deadline: Instant,
    stop: Stop,
}

impl Look {
    fn new(wanted: &Wanted) -> Self {
        let conditions: Vec<Expr> = wanted.conditions.iter().cloned().flat_map(split_conjunction_owned).collect();
        Self {
            kind: wanted.kind,
            time: wanted.time,
            limit: wanted.limit,
            can_narrow: can_narrow(&conditions),
            conditions,
            deadline: Instant::now() + wanted.search_time,
            stop: Stop::default(),
        }
    }

    async fn at(&self, session: &Session, segment: &Arc<LiveSegment>, oldest_needed: Option<Timestamp>) -> QueryResult<Seen> {
        let filters = if self.can_narrow { segment.filters().await? } else { None };
        let (session, segment, stop) = (session.clone(), Arc::clone(segment), Arc::clone(&self.stop.0));
        let (kind, time, limit, deadline) = (self.kind, self.time, self.limit, self.deadline);
        let (conditions, can_narrow) = (self.conditions.clone(), self.can_narrow);
        let seen = blocking(move || {
            let narrowed = can_narrow.then(|| narrow(&segment, filters.as_deref(), &conditions));
            if narrowed.as_ref().is_some_and(Narrowed::is_empty) {
                return Ok(Seen::default());
            }
            let open: Vec<Expr> = match &narrowed {
                Some(narrowed) => narrowed.open(&conditions).cloned().collect(),
                None => conditions,
            };
            let rows = narrowed.and_then(|narrowed| narrowed.rows).map(|rows| rows.iter().collect::<Vec<u32>>());
            let (over_texts, others): (Vec<Expr>, Vec<Expr>) = open.into_iter().partition(|condition| reads_texts(kind, condition));
            let condition = Condition::new(&session, kind, time, &others).map_err(StoreError::from)?;
            let enough = over_texts.is_empty().then_some(limit);
            let rows = look(&segment, &condition, rows.as_deref(), time, enough, oldest_needed, &stop)?;
            if over_texts.is_empty() {
                return Ok(Seen { rows, untested: None });
            }
            let condition = Condition::new(&session, kind, time, &over_texts).map_err(StoreError::from)?;
            let Tested { passed, untested } = test_newest(&segment, &condition, rows, limit, deadline, &stop)?;
            Ok(Seen { rows: passed, untested })
        });
        Ok(seen.await?)
    }
}

fn reads_texts(kind: RowKind, condition: &Expr) -> bool {
    let schema = schema_of(kind);
    let fields = condition.column_refs().into_iter().filter_map(|column| schema.field_with_name(&column.name).ok().cloned());
    has_texts(&Schema::new(fields.collect::<Vec<_>>()))
}
