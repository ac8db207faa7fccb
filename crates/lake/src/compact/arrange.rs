//! Which row goes into which output file, and in which order.

use crate::{
    config::CompactionLimits,
    schema::{COMMIT_ROW, COMMIT_SEQ, PROJECT_ID, time_column},
};
use datafusion::arrow::{
    array::{Array, AsArray, Int64Array, StringArray, TimestampNanosecondArray},
    datatypes::{Int64Type, TimestampNanosecondType},
    record_batch::RecordBatch,
};
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    telemetry::RowKind,
    time::{NANOS_PER_DAY, NANOS_PER_HOUR},
};
use std::collections::{BTreeMap, HashMap};

/// A row of the inputs: (batch, row), as `interleave` takes it.
pub(super) type RowRef = (usize, usize);

/// The rows of one output file, in order.
pub(super) struct Output {
    /// UTC day or hour: `2026-11-23` or `2026-11-23T14`.
    pub(super) partition: String,
    pub(super) projects: Vec<ProjectId>,
    pub(super) min_time: Timestamp,
    pub(super) max_time: Timestamp,
    pub(super) rows: Vec<RowRef>,
}

/// The columns of one input batch that decide about order.
struct Keys<'a> {
    project: &'a StringArray,
    /// What rows are sorted by after their project: the trace, or the metric's name.
    series: Option<&'a StringArray>,
    span: Option<&'a StringArray>,
    time: &'a TimestampNanosecondArray,
    seq: &'a Int64Array,
    row: &'a Int64Array,
}

impl<'a> Keys<'a> {
    fn new(kind: RowKind, batch: &'a RecordBatch) -> Option<Self> {
        let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let integer = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
        Some(Self {
            project: text(PROJECT_ID)?,
            series: match kind {
                RowKind::Span => Some(text("trace_id")?),
                RowKind::Metric => Some(text("name")?),
                RowKind::Log | RowKind::Score => None,
            },
            span: match kind {
                RowKind::Span => Some(text("span_id")?),
                RowKind::Log | RowKind::Metric | RowKind::Score => None,
            },
            time: batch.column_by_name(time_column(kind))?.as_primitive_opt::<TimestampNanosecondType>()?,
            seq: integer(COMMIT_SEQ)?,
            row: integer(COMMIT_ROW)?,
        })
    }

    fn series(&self, row: usize) -> &'a str {
        self.series.map_or("", |series| series.value(row))
    }

    /// When it was reported: the later one of two reports wins.
    fn reported(&self, row: usize) -> (i64, i64) {
        (self.seq.value(row), self.row.value(row))
    }

    fn order(&self, row: usize) -> (&'a str, &'a str, i64, (i64, i64)) {
        (self.project.value(row), self.series(row), self.time.value(row), self.reported(row))
    }
}

/// Distributes the rows of the inputs over output files. `rows_of_day` are those already compacted, by start of day.
pub(super) fn arrange(
    kind: RowKind,
    batches: &[RecordBatch],
    rows_of_day: &HashMap<i64, u64>,
    limits: &CompactionLimits,
) -> StoreResult<Vec<Output>> {
    let keys: Option<Vec<Keys<'_>>> = batches.iter().map(|batch| Keys::new(kind, batch)).collect();
    let keys = keys.ok_or_else(|| StoreError::Internal("an input of compaction lacks a key column".to_owned()))?;
    let mut outputs = Vec::new();
    for ((start, is_hour), rows) in by_partition(&keys, last_reports(&keys), rows_of_day, limits) {
        let name = Timestamp::from_nanos(start).to_string();
        let partition = name.get(..if is_hour { 13 } else { 10 }).unwrap_or(&name);
        for mut rows in by_project(&keys, rows, limits) {
            rows.sort_unstable_by(|&(a_batch, a_row), &(b_batch, b_row)| keys[a_batch].order(a_row).cmp(&keys[b_batch].order(b_row)));
            for rows in rows.chunks(limits.max_file_rows) {
                outputs.push(output(&keys, partition, rows)?);
            }
        }
    }
    Ok(outputs)
}

/// Every row; of a span that was reported more than once, the last report.
fn last_reports(keys: &[Keys<'_>]) -> Vec<RowRef> {
    let all = keys.iter().enumerate().flat_map(|(batch, keys)| (0..keys.project.len()).map(move |row| (batch, row)));
    if keys.iter().any(|keys| keys.span.is_none()) {
        return all.collect();
    }
    let mut last: HashMap<(&str, &str, &str), RowRef> = HashMap::new();
    for (batch, row) in all {
        let input = &keys[batch];
        let identity = (input.project.value(row), input.series(row), input.span.map_or("", |span| span.value(row)));
        let place = last.entry(identity).or_insert((batch, row));
        if keys[place.0].reported(place.1) < input.reported(row) {
            *place = (batch, row);
        }
    }
    last.into_values().collect()
}

/// By UTC day, or by hour on days with many rows: (start in nanoseconds, whether it is an hour) → rows.
fn by_partition(
    keys: &[Keys<'_>],
    rows: Vec<RowRef>,
    rows_of_day: &HashMap<i64, u64>,
    limits: &CompactionLimits,
) -> BTreeMap<(i64, bool), Vec<RowRef>> {
    let time = |&(batch, row): &RowRef| Timestamp::from_nanos(keys[batch].time.value(row));
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
fn by_project(keys: &[Keys<'_>], rows: Vec<RowRef>, limits: &CompactionLimits) -> Vec<Vec<RowRef>> {
    let mut projects: BTreeMap<&str, Vec<RowRef>> = BTreeMap::new();
    for (batch, row) in rows {
        projects.entry(keys[batch].project.value(row)).or_default().push((batch, row));
    }
    let (mut files, small): (Vec<_>, Vec<_>) = projects.into_values().partition(|rows| rows.len() >= limits.own_file_rows);
    let shared: Vec<_> = small.into_iter().flatten().collect();
    if !shared.is_empty() {
        files.push(shared);
    }
    files
}

/// Of sorted rows.
fn output(keys: &[Keys<'_>], partition: &str, rows: &[RowRef]) -> StoreResult<Output> {
    let mut names: Vec<&str> = rows.iter().map(|&(batch, row)| keys[batch].project.value(row)).collect();
    names.dedup();
    let times = || rows.iter().map(|&(batch, row)| keys[batch].time.value(row));
    Ok(Output {
        partition: partition.to_owned(),
        projects: names.into_iter().map(|name| name.parse().map_err(StoreError::internal)).collect::<Result<_, _>>()?,
        min_time: times().min().map_or(Timestamp::MIN, Timestamp::from_nanos),
        max_time: times().max().map_or(Timestamp::MAX, Timestamp::from_nanos),
        rows: rows.to_vec(),
    })
}
