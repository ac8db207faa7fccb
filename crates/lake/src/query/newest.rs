//! The newest rows of compacted segments, in two steps: which rows they are, from the columns that decide; then the rest of just those.
//!
//! Rows of a segment are ordered by trace, so the newest are spread all over it: reading every shown column of every row to find fifty of
//! them would be most of the work.

use super::{
    engine::Session,
    failure::QueryResult,
    narrow::{Narrowed, can_narrow, narrow},
};
use crate::{
    schema::{schema_of, times_of},
    segment::LiveSegment,
    storage::blocking,
};
use datafusion::{
    arrow::{
        array::{Array, RecordBatch},
        compute::concat_batches,
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::cast::as_boolean_array,
    logical_expr::Expr,
    parquet::arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection},
    },
    physical_expr::PhysicalExpr,
};
use futures::{StreamExt, stream};
use model::{StoreError, StoreResult, Timestamp, telemetry::RowKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Segments looked at side by side: as many as the query threads.
const SIDE_BY_SIDE: usize = 2;
/// Rows decoded at once while looking, and when texts are among the columns: some megabytes of them.
const LOOK_ROWS: usize = 8_192;
const LOOK_TEXT_ROWS: usize = 512;

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

impl Wanted {
    /// The newest rows of `segments`, in any order: every row that may be among the first `limit` by time and any tie.
    pub(super) async fn find(&self, session: &Session, segments: &[Arc<LiveSegment>]) -> QueryResult<Vec<RecordBatch>> {
        let places = self.places(session, segments).await?;
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
        Ok(batches)
    }

    /// Newest segments first, until no other can hold a row that is new enough.
    async fn places(&self, session: &Session, segments: &[Arc<LiveSegment>]) -> QueryResult<Vec<Place>> {
        let can_narrow = can_narrow(&self.conditions);
        let mut order: Vec<usize> = (0..segments.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(segments[*at].meta.max_time));
        let stop = Stop::default();
        let mut places: Vec<Place> = Vec::new();
        for some in order.chunks(SIDE_BY_SIDE) {
            let oldest_needed = self.oldest_needed(&mut places);
            let looks = some.iter().filter(|at| oldest_needed.is_none_or(|oldest| segments[**at].meta.max_time >= oldest));
            let looks: Vec<_> = looks.map(|at| self.look_at(session, *at, &segments[*at], can_narrow, oldest_needed, &stop.0)).collect();
            if looks.is_empty() {
                break;
            }
            for found in futures::future::join_all(looks).await {
                let (at, rows) = found?;
                places.extend(rows.into_iter().map(|(time, row)| (time, at, row)));
            }
        }
        self.oldest_needed(&mut places);
        Ok(places)
    }

    /// Drops what is surely too old, and gives the time below which nothing is needed any more; `None` while there are too few.
    fn oldest_needed(&self, places: &mut Vec<Place>) -> Option<Timestamp> {
        let oldest = nth_newest(places.iter().map(|(time, ..)| *time), self.limit).max(self.floor)?;
        places.retain(|(time, ..)| *time >= oldest);
        Some(oldest)
    }

    async fn look_at(
        &self,
        session: &Session,
        at: usize,
        segment: &Arc<LiveSegment>,
        can_narrow: bool,
        oldest_needed: Option<Timestamp>,
        stop: &Arc<AtomicBool>,
    ) -> QueryResult<(usize, Vec<(Timestamp, u32)>)> {
        let filters = if can_narrow { segment.filters().await? } else { None };
        let (session, segment, stop) = (session.clone(), Arc::clone(segment), Arc::clone(stop));
        let (kind, time, limit, conditions) = (self.kind, self.time, self.limit, self.conditions.clone());
        let rows = blocking(move || {
            let narrowed = can_narrow.then(|| narrow(&segment, filters.as_deref(), &conditions));
            if narrowed.as_ref().is_some_and(Narrowed::is_empty) {
                return Ok(Vec::new());
            }
            let open: Vec<Expr> = match &narrowed {
                Some(narrowed) => narrowed.open(&conditions).cloned().collect(),
                None => conditions,
            };
            let condition = Condition::new(&session, kind, time, &open).map_err(StoreError::from)?;
            let rows = narrowed.and_then(|narrowed| narrowed.rows).map(|rows| rows.iter().collect::<Vec<u32>>());
            look(&segment, &condition, rows.as_deref(), time, limit, oldest_needed, &stop)
        });
        Ok((at, rows.await?))
    }
}

/// The conditions, ready to run over batches of `schema`.
struct Condition {
    predicate: Option<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
}

impl Condition {
    fn new(session: &Session, kind: RowKind, time: &str, conditions: &[Expr]) -> QueryResult<Self> {
        let schema = schema_of(kind);
        let mut columns: BTreeSet<usize> = BTreeSet::from([schema.index_of(time)?]);
        for condition in conditions {
            for column in condition.column_refs() {
                columns.insert(schema.index_of(&column.name)?);
            }
        }
        let schema = Arc::new(schema.project(&columns.into_iter().collect::<Vec<_>>())?);
        Ok(Self { predicate: session.physical(conditions, &schema)?, schema })
    }

    fn passes(&self, batch: &RecordBatch) -> StoreResult<Option<datafusion::arrow::array::BooleanArray>> {
        let Some(predicate) = &self.predicate else { return Ok(None) };
        let result = predicate.evaluate(batch).and_then(|value| value.into_array(batch.num_rows())).map_err(StoreError::internal)?;
        Ok(Some(as_boolean_array(&result).map_err(StoreError::internal)?.clone()))
    }
}

/// The time of the `n`th newest; `None` when there are fewer.
fn nth_newest(times: impl Iterator<Item = Timestamp>, n: usize) -> Option<Timestamp> {
    let mut times: Vec<Timestamp> = times.collect();
    let place = times.len().checked_sub(n)?;
    (n > 0).then(|| *times.select_nth_unstable(place).1)
}

/// Rows of a segment (of `rows`, if given) that pass and may be among the newest `limit`.
fn look(
    segment: &LiveSegment,
    condition: &Condition,
    rows: Option<&[u32]>,
    time: &str,
    limit: usize,
    mut oldest: Option<Timestamp>,
    stop: &AtomicBool,
) -> StoreResult<Vec<(Timestamp, u32)>> {
    let mut found: Vec<(Timestamp, u32)> = Vec::new();
    let mut first = 0;
    for batch in reader(segment, &condition.schema, rows)? {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let batch = conform(&condition.schema, &batch.map_err(StoreError::internal)?)?;
        let times = times_of(&batch, time).ok_or_else(|| StoreError::Internal(format!("a segment without {time}")))?;
        let passes = condition.passes(&batch)?;
        for row in 0..batch.num_rows() {
            let at = Timestamp::from_nanos(times.value(row));
            let is_wanted =
                oldest.is_none_or(|oldest| at >= oldest) && passes.as_ref().is_none_or(|passes| passes.is_valid(row) && passes.value(row));
            if is_wanted {
                let number = first + row as u32;
                found.push((at, rows.map_or(number, |rows| rows[number as usize])));
            }
        }
        // Now and then, what newer rows have pushed out.
        if found.len() > 4 * limit.max(64) {
            oldest = oldest.max(nth_newest(found.iter().map(|(at, _)| *at), limit));
            found.retain(|(at, _)| oldest.is_none_or(|oldest| *at >= oldest));
        }
        first += batch.num_rows() as u32;
    }
    Ok(found)
}

/// Some columns of some rows (ascending), as one batch.
fn read_rows(segment: &LiveSegment, schema: &SchemaRef, rows: &[u32]) -> StoreResult<RecordBatch> {
    let batches = reader(segment, schema, Some(rows))?
        .map(|batch| conform(schema, &batch.map_err(StoreError::internal)?))
        .collect::<StoreResult<Vec<_>>>()?;
    concat_batches(schema, &batches).map_err(StoreError::internal)
}

/// Of the columns of `schema` that the file has.
fn reader(segment: &LiveSegment, schema: &Schema, rows: Option<&[u32]>) -> StoreResult<ParquetRecordBatchReader> {
    let path = segment.parquet_path().ok_or_else(|| StoreError::Internal("level 0 is read elsewhere".to_owned()))?;
    let file = File::open(&path).map_err(|error| StoreError::Unavailable(format!("opening a segment file: {error}")))?;
    let metadata = segment.parquet_metadata(&file)?;
    let total = usize::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or_default();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_batch_size(rows_at_once(schema));
    let mask = ProjectionMask::columns(builder.parquet_schema(), schema.fields().iter().map(|field| field.name().as_str()));
    let mut builder = builder.with_projection(mask);
    if let Some(rows) = rows {
        builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(ranges(rows.iter().copied()).into_iter(), total));
    }
    builder.build().map_err(StoreError::internal)
}

fn rows_at_once(schema: &Schema) -> usize {
    let has_texts = schema.fields().iter().any(|field| *field.data_type() == DataType::LargeUtf8);
    if has_texts { LOOK_TEXT_ROWS } else { LOOK_ROWS }
}

/// Ascending numbers as ranges.
pub(super) fn ranges(rows: impl Iterator<Item = u32>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row in rows.map(|row| row as usize) {
        match ranges.last_mut().filter(|last| last.end == row) {
            Some(last) => last.end += 1,
            None => ranges.push(row..row + 1),
        }
    }
    ranges
}

fn conform(schema: &SchemaRef, batch: &RecordBatch) -> StoreResult<RecordBatch> {
    crate::rows::ipc::conform(schema, batch).map_err(StoreError::internal)
}

fn answer_schema(kind: RowKind, columns: &[String]) -> Schema {
    let schema = schema_of(kind);
    Schema::new(columns.iter().filter_map(|name| schema.field_with_name(name).ok().cloned()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_newest_is_found_or_there_are_too_few() {
        let times = || [3, 9, 5, 9].map(Timestamp::from_nanos).into_iter();
        assert_eq!(nth_newest(times(), 1), Some(Timestamp::from_nanos(9)));
        assert_eq!(nth_newest(times(), 3), Some(Timestamp::from_nanos(5)));
        assert_eq!(nth_newest(times(), 4), Some(Timestamp::from_nanos(3)));
        assert_eq!(nth_newest(times(), 5), None);
        assert_eq!(nth_newest(times(), 0), None);
    }

    #[test]
    fn rows_become_ranges() {
        assert_eq!(ranges([1, 2, 5].into_iter()), [1..3, 5..6]);
        assert!(ranges(std::iter::empty()).is_empty());
    }
}
