//! Which level-0 row goes into which output file, and in which order.

use super::runs::{Keys, RowRef};
use crate::config::CompactionLimits;
use datafusion::arrow::{
    array::{Array, AsArray, BooleanArray, TimestampNanosecondArray},
    record_batch::RecordBatch,
};
use model::{
    StoreResult, Timestamp,
    telemetry::RowKind,
    time::{NANOS_PER_DAY, NANOS_PER_HOUR},
};
use std::collections::{BTreeMap, HashMap};

/// The partition of spans that are still running: small, and an input of every compaction of level 0, so that a span's end finds its start.
pub(super) const RUNNING: &str = "running";

/// The rows of one output file, in order.
pub(super) struct Output {
    /// UTC day or hour: `2026-11-23` or `2026-11-23T14`; or [`RUNNING`].
    pub(super) partition: String,
    pub(super) rows: Vec<RowRef>,
}

/// Distributes rows over output files. `rows_of_day` are those already compacted, by start of day. Spans that run and were reported
/// after `running_since` wait for their end.
pub(super) fn arrange(
    kind: RowKind,
    batches: &[RecordBatch],
    rows_of_day: &HashMap<i64, u64>,
    running_since: Timestamp,
    limits: &CompactionLimits,
) -> StoreResult<Vec<Output>> {
    let keys = batches.iter().map(|batch| Keys::of(kind, batch)).collect::<StoreResult<Vec<_>>>()?;
    let waits: Vec<Option<Waiting<'_>>> = batches.iter().map(|batch| Waiting::of(kind, batch, running_since)).collect();
    let all = batches.iter().enumerate().flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row)));
    let (running, rows): (Vec<RowRef>, Vec<RowRef>) =
        all.partition(|(batch, row)| waits[*batch].as_ref().is_some_and(|waiting| waiting.holds(*row)));
    let mut outputs = Vec::new();
    for ((start, is_hour), rows) in by_partition(&keys, rows, rows_of_day, limits) {
        let name = Timestamp::from_nanos(start).to_string();
        let partition = name.get(..if is_hour { 13 } else { 10 }).unwrap_or(&name);
        for rows in by_project(&keys, rows, limits) {
            add(&mut outputs, &keys, partition, rows, limits);
        }
    }
    if !running.is_empty() {
        add(&mut outputs, &keys, RUNNING, running, limits);
    }
    Ok(outputs)
}

fn add(outputs: &mut Vec<Output>, keys: &[Keys], partition: &str, mut rows: Vec<RowRef>, limits: &CompactionLimits) {
    rows.sort_unstable_by(|&(a_batch, a_row), &(b_batch, b_row)| keys[a_batch].key(a_row).cmp(&keys[b_batch].key(b_row)));
    outputs.extend(rows.chunks(limits.max_file_rows).map(|rows| Output { partition: partition.to_owned(), rows: rows.to_vec() }));
}

/// The columns that say whether a span waits for its end.
struct Waiting<'a> {
    running: &'a BooleanArray,
    ingested: &'a TimestampNanosecondArray,
    since: Timestamp,
}

impl<'a> Waiting<'a> {
    fn of(kind: RowKind, batch: &'a RecordBatch, since: Timestamp) -> Option<Self> {
        let running = batch.column_by_name("running")?.as_boolean_opt()?;
        let ingested = crate::schema::times_of(batch, "ingest_time")?;
        (kind == RowKind::Span).then_some(Self { running, ingested, since })
    }

    fn holds(&self, row: usize) -> bool {
        self.running.is_valid(row) && self.running.value(row) && self.ingested.value(row) >= self.since.as_nanos()
    }
}

/// By UTC day, or by hour on days with many rows: (start in nanoseconds, whether it is an hour) → rows.
fn by_partition(
    keys: &[Keys],
    rows: Vec<RowRef>,
    rows_of_day: &HashMap<i64, u64>,
    limits: &CompactionLimits,
) -> BTreeMap<(i64, bool), Vec<RowRef>> {
    let time = |&(batch, row): &RowRef| Timestamp::from_nanos(keys[batch].time(row));
    let mut days: BTreeMap<i64, Vec<RowRef>> = BTreeMap::new();
    for row in rows {
        days.entry(time(&row).floor_to(NANOS_PER_DAY).as_nanos()).or_default().push(row);
    }
    let mut partitions: BTreeMap<(i64, bool), Vec<RowRef>> = BTreeMap::new();
    for (day, rows) in days {
        let already = rows_of_day.get(&day).copied().unwrap_or(0) as usize;
        if already + rows.len() < limits.day_split_rows {
            partitions.insert((day, false), rows);
        } else {
            for row in rows {
                partitions.entry((time(&row).floor_to(NANOS_PER_HOUR).as_nanos(), true)).or_default().push(row);
            }
        }
    }
    partitions
}

/// One file each for projects with many rows; the others share one.
fn by_project(keys: &[Keys], rows: Vec<RowRef>, limits: &CompactionLimits) -> Vec<Vec<RowRef>> {
    let mut projects: BTreeMap<&str, Vec<RowRef>> = BTreeMap::new();
    for (batch, row) in rows {
        projects.entry(keys[batch].project(row)).or_default().push((batch, row));
    }
    let (mut files, small): (Vec<_>, Vec<_>) = projects.into_values().partition(|rows| rows.len() >= limits.own_file_rows);
    let shared: Vec<_> = small.into_iter().flatten().collect();
    if !shared.is_empty() {
        files.push(shared);
    }
    files
}
