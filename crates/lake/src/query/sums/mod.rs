//! Sums over requests, from rollups where they can answer and from rows for the rest, with equal results.
//!
//! A compacted segment whose rows nobody reported again is asked for the whole hours and minutes of the range. Rows are read of the other
//! segments, and of the parts of a minute at the ends of the range: these are kept for the other questions of the same dashboard. All
//! give [`Measures`], which add up in any order.

mod cells;
mod cover;
mod dim_filter;
mod grouping;
mod measures;
mod moments;
mod rows;

pub(crate) use grouping::{ByProviderAndModel, BySeries, ByValue, Grouping, Whole};
pub(crate) use measures::Measures;

use super::{engine::Session, failure::QueryResult, filter::filter_expr, table::SegmentTable};
use crate::rollup::RollupCache;
use cells::add_cells;
use datafusion::logical_expr::Expr;
use dim_filter::DimFilter;
use model::{SegmentId, StoreResult, TimeRange, Timestamp, filter::Filter, telemetry::RowKind};
use rows::add_rows;
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::Arc,
};

/// What is summed beside the number of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Errors, tokens, cost and latency.
    pub(crate) numbers: bool,
    /// Time to first token, and speed of output.
    pub(crate) first_tokens: bool,
    /// Distinct users and sessions.
    pub(crate) people: bool,
}

impl Wanted {
    pub(crate) const REQUESTS: Self = Self { numbers: false, first_tokens: false, people: false };
    pub(crate) const NUMBERS: Self = Self { numbers: true, ..Self::REQUESTS };
    pub(crate) const FIRST_TOKENS: Self = Self { first_tokens: true, ..Self::NUMBERS };
    pub(crate) const PEOPLE: Self = Self { people: true, ..Self::NUMBERS };
}

/// A part of the time that is asked about, and what is asked.
#[derive(Debug, Clone, Copy)]
struct Slice {
    range: TimeRange,
    /// Of a bucket, in nanoseconds. `None`: all are in one that starts at 0.
    width: Option<i64>,
    wanted: Wanted,
}

impl Slice {
    /// The start of the bucket that `time` falls into.
    fn bucket_of(&self, time: Timestamp) -> Timestamp {
        self.width.map_or(Timestamp::from_nanos(0), |width| time.floor_to(width))
    }
}

/// The requests that pass a filter: what every sum of a query is over.
#[derive(Clone)]
pub(crate) struct Requests {
    table: Arc<SegmentTable>,
    rollups: Arc<RollupCache>,
    filter: Option<Expr>,
    /// `None` when rollups do not know what the filter asks about.
    cells: Option<DimFilter>,
}

/// The sums of each group, or of each group and bucket of time.
pub(crate) struct Sums<K> {
    places: HashMap<(K, Timestamp), usize>,
    measures: Vec<Measures>,
}

impl<K: Eq + Hash> Sums<K> {
    fn new() -> Self {
        Self { places: HashMap::new(), measures: Vec::new() }
    }

    fn place(&mut self, key: K, bucket: Timestamp) -> usize {
        *self.places.entry((key, bucket)).or_insert_with(|| {
            self.measures.push(Measures::default());
            self.measures.len() - 1
        })
    }

    /// Bytes in memory, about.
    fn memory(&self) -> usize {
        self.places.capacity() * size_of::<((K, Timestamp), usize)>() + self.measures.iter().map(Measures::memory).sum::<usize>()
    }

    fn into_map(self) -> HashMap<(K, Timestamp), Measures> {
        let mut measures: Vec<_> = self.measures.into_iter().map(Some).collect();
        self.places.into_iter().filter_map(|(key, place)| Some((key, measures.get_mut(place)?.take()?))).collect()
    }
}

impl Requests {
    /// `Invalid` when the filter does not fit the rows.
    pub(crate) fn new(table: Arc<SegmentTable>, rollups: Arc<RollupCache>, filter: &Filter) -> StoreResult<Self> {
        Ok(Self { table, rollups, filter: filter_expr(filter, RowKind::Span)?, cells: DimFilter::new(filter) })
    }

    /// The sums over `range`, by group, and by buckets of `width` nanoseconds where it is given (without, all are in one that starts at 0).
    pub(crate) async fn sums<G: Grouping>(
        &self,
        session: &Session,
        range: TimeRange,
        width: Option<i64>,
        grouping: &G,
        wanted: Wanted,
    ) -> QueryResult<HashMap<(G::Key, Timestamp), Measures>> {
        let slice = |range: TimeRange| Slice { range, width, wanted };
        let (mut sums, memory) = (Sums::new(), session.reservation("sums"));
        let mut answered: Vec<SegmentId> = Vec::new();
        // Most segments share the same ends of the range, and so one query for their rows.
        let mut left: BTreeMap<(Timestamp, Timestamp), Vec<SegmentId>> = BTreeMap::new();
        if let Some(filter) = &self.cells
            && grouping.is_in_cells()
        {
            for segment in self.table.rollup_candidates(range) {
                let project = self.table.project();
                let Some(cover) = cover::of_segment(&self.rollups, &segment, project, range, width).await? else { continue };
                for (table, range) in &cover.tables {
                    add_cells(&mut sums, table, slice(*range), filter, grouping)?;
                }
                answered.push(segment.id());
                for rows in &cover.rows {
                    match moments::of_rows(&self.rollups, session, &self.table, segment.id(), *rows, cover.finest).await? {
                        Some(table) => add_cells(&mut sums, &table, slice(*rows), filter, grouping)?,
                        None => left.entry((rows.from, rows.to)).or_default().push(segment.id()),
                    }
                }
                memory.try_resize(sums.memory())?;
                // A long range has many segments: others get their turn, and a cancelled query ends here.
                tokio::task::yield_now().await;
            }
        }
        let mut parts = vec![(self.table.without(&answered), range)];
        parts.extend(left.into_iter().map(|((from, to), segments)| (self.table.only(&segments), TimeRange { from, to })));
        for (table, range) in parts {
            if table.segments().any(|segment| range.overlaps(segment.min_time, segment.max_time)) {
                add_rows(&mut sums, session, Arc::new(table), slice(range), self.filter.as_ref(), grouping).await?;
                memory.try_resize(sums.memory())?;
            }
        }
        Ok(sums.into_map())
    }
}
