//! The inputs of a merge: rows in order, a batch at a time, so that a file of any size takes little memory.

use super::{derive::Origin, rules::Rules, writer::store_error};
use crate::{
    rows::ipc,
    schema::{COMMIT_ROW, COMMIT_SEQ, PROJECT_ID, integer_column, schema_of, text_column, time_column, times_of},
    storage::unavailable,
};
use datafusion::{
    arrow::{
        array::{BooleanArray, Int64Array, StringArray, TimestampNanosecondArray},
        compute::{filter_record_batch, interleave_record_batch},
        record_batch::RecordBatch,
    },
    parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};
use model::{StoreError, StoreResult, telemetry::RowKind};
use std::{cmp::Ordering, fs::File, path::Path};

/// Rows of a file decoded at once: a megabyte or two of prompts.
const READ_ROWS: usize = 256;
/// Rows of memory put in order at once.
const SORTED_ROWS: usize = 1_024;

/// A row of several batches: (batch, row), as `interleave` takes it.
pub(super) type RowRef = (usize, usize);

/// Rows in the order of segments.
pub(super) struct Run {
    kind: RowKind,
    source: Source,
    /// Rows read so far.
    read: u32,
    current: Option<Current>,
}

enum Source {
    /// The number of the input, and its reader.
    File(u16, ParquetRecordBatchReader),
    /// Batches in memory and the order of their rows.
    Memory { batches: Vec<RecordBatch>, order: std::vec::IntoIter<RowRef> },
}

/// The batch that a run stands in.
pub(super) struct Current {
    pub(super) rows: RecordBatch,
    pub(super) origins: Vec<Origin>,
    keys: Keys,
    pub(super) at: usize,
}

impl Run {
    /// A compacted segment's file.
    pub(super) fn of_file(kind: RowKind, input: u16, path: &Path) -> StoreResult<Self> {
        let file = File::open(path).map_err(|error| unavailable("opening a segment file", &error))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(store_error)?.with_batch_size(READ_ROWS);
        let reader = builder.build().map_err(store_error)?;
        Ok(Self { kind, source: Source::File(input, reader), read: 0, current: None })
    }

    /// Rows in memory, which `order` puts in order. What is derived of them is derived anew.
    pub(super) fn of_memory(kind: RowKind, batches: Vec<RecordBatch>, order: Vec<RowRef>) -> Self {
        Self { kind, source: Source::Memory { batches, order: order.into_iter() }, read: 0, current: None }
    }

    /// The batch with the next row; `None` at the end. Rows that the rules drop are never seen.
    pub(super) fn current(&mut self, rules: &Rules) -> StoreResult<Option<&mut Current>> {
        while self.current.as_ref().is_none_or(|current| current.at == current.rows.num_rows()) {
            let Some((rows, origins)) = self.next_batch()? else {
                self.current = None;
                return Ok(None);
            };
            let keep = rules.keeps(self.kind, &rows, matches!(self.source, Source::File(..)))?;
            let (rows, origins) = match keep {
                None => (rows, origins),
                Some(keep) => kept(&rows, &origins, &keep)?,
            };
            let keys = Keys::of(self.kind, &rows)?;
            self.current = Some(Current { rows, origins, keys, at: 0 });
        }
        Ok(self.current.as_mut())
    }

    /// The same, if it is read already.
    pub(super) fn peek(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    fn next_batch(&mut self) -> StoreResult<Option<(RecordBatch, Vec<Origin>)>> {
        match &mut self.source {
            Source::File(input, reader) => {
                let Some(batch) = reader.next() else { return Ok(None) };
                let rows = ipc::conform(&schema_of(self.kind), &batch.map_err(StoreError::internal)?).map_err(StoreError::internal)?;
                let first = self.read;
                self.read += rows.num_rows() as u32;
                let origins = (first..self.read).map(|row| Origin::Input(*input, row)).collect();
                Ok(Some((rows, origins)))
            }
            Source::Memory { batches, order } => {
                let refs: Vec<RowRef> = order.take(SORTED_ROWS).collect();
                if refs.is_empty() {
                    return Ok(None);
                }
                let batches: Vec<&RecordBatch> = batches.iter().collect();
                let rows = interleave_record_batch(&batches, &refs).map_err(StoreError::internal)?;
                let origins = vec![Origin::Fresh; refs.len()];
                Ok(Some((rows, origins)))
            }
        }
    }
}

fn kept(rows: &RecordBatch, origins: &[Origin], keep: &BooleanArray) -> StoreResult<(RecordBatch, Vec<Origin>)> {
    let rows = filter_record_batch(rows, keep).map_err(StoreError::internal)?;
    let origins = origins.iter().zip(keep.iter()).filter(|(_, keep)| *keep == Some(true)).map(|(origin, _)| *origin).collect();
    Ok((rows, origins))
}

impl Current {
    /// Order of the next rows of two runs.
    pub(super) fn compare(&self, other: &Current) -> Ordering {
        self.keys.key(self.at).cmp(&other.keys.key(other.at))
    }
}

/// The columns that rows are ordered by.
pub(super) struct Keys {
    project: StringArray,
    /// What rows are sorted by after their project: the trace, or the metric's name.
    series: Option<StringArray>,
    time: TimestampNanosecondArray,
    seq: Int64Array,
    row: Int64Array,
}

pub(super) type Key<'a> = (&'a str, &'a str, i64, i64, i64);

impl Keys {
    pub(super) fn of(kind: RowKind, rows: &RecordBatch) -> StoreResult<Self> {
        let lacking = || StoreError::Internal("rows without a key column".to_owned());
        let series = match kind {
            // Scores of a page are looked for by its traces; those of sessions have none.
            RowKind::Span | RowKind::Score => Some("trace_id"),
            RowKind::Metric => Some("name"),
            RowKind::Log => None,
        };
        Ok(Self {
            project: text_column(rows, PROJECT_ID).ok_or_else(lacking)?.clone(),
            series: series.map(|name| text_column(rows, name).cloned().ok_or_else(lacking)).transpose()?,
            time: times_of(rows, time_column(kind)).ok_or_else(lacking)?.clone(),
            seq: integer_column(rows, COMMIT_SEQ).ok_or_else(lacking)?.clone(),
            row: integer_column(rows, COMMIT_ROW).ok_or_else(lacking)?.clone(),
        })
    }

    pub(super) fn key(&self, row: usize) -> Key<'_> {
        let series = self.series.as_ref().map_or("", |series| series.value(row));
        (self.project.value(row), series, self.time.value(row), self.seq.value(row), self.row.value(row))
    }

    pub(super) fn project(&self, row: usize) -> &str {
        self.project.value(row)
    }

    pub(super) fn time(&self, row: usize) -> i64 {
        self.time.value(row)
    }
}
