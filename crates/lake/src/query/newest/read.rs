//! Some columns of some rows of a segment's file.

use crate::{schema::schema_of, segment::LiveSegment};
use datafusion::{
    arrow::{
        array::RecordBatch,
        compute::concat_batches,
        datatypes::{DataType, Schema, SchemaRef},
    },
    parquet::arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection},
    },
};
use model::{StoreError, StoreResult, telemetry::RowKind};
use std::{fs::File, ops::Range};

/// Rows decoded at once, and when texts are among the columns: some megabytes of them.
const ROWS_AT_ONCE: usize = 8_192;
const TEXT_ROWS_AT_ONCE: usize = 512;

/// Some columns of some rows (ascending), as one batch.
pub(super) fn read_rows(segment: &LiveSegment, schema: &SchemaRef, rows: &[u32]) -> StoreResult<RecordBatch> {
    let batches = reader(segment, schema, Some(rows))?
        .map(|batch| conform(schema, &batch.map_err(StoreError::internal)?))
        .collect::<StoreResult<Vec<_>>>()?;
    concat_batches(schema, &batches).map_err(StoreError::internal)
}

/// Of the columns of `schema` that the file has.
pub(super) fn reader(segment: &LiveSegment, schema: &Schema, rows: Option<&[u32]>) -> StoreResult<ParquetRecordBatchReader> {
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
    if has_texts(schema) { TEXT_ROWS_AT_ONCE } else { ROWS_AT_ONCE }
}

/// Whether long texts are among the columns: reading them is most of the work of any query that does.
pub(super) fn has_texts(schema: &Schema) -> bool {
    schema.fields().iter().any(|field| *field.data_type() == DataType::LargeUtf8)
}

/// Ascending numbers as ranges.
pub(in crate::query) fn ranges(rows: impl Iterator<Item = u32>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row in rows.map(|row| row as usize) {
        match ranges.last_mut().filter(|last| last.end == row) {
            Some(last) => last.end += 1,
            None => ranges.push(row..row + 1),
        }
    }
    ranges
}

pub(super) fn conform(schema: &SchemaRef, batch: &RecordBatch) -> StoreResult<RecordBatch> {
    crate::rows::ipc::conform(schema, batch).map_err(StoreError::internal)
}

pub(super) fn answer_schema(kind: RowKind, columns: &[String]) -> Schema {
    let schema = schema_of(kind);
    Schema::new(columns.iter().filter_map(|name| schema.field_with_name(name).ok().cloned()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_ranges() {
        assert_eq!(ranges([1, 2, 5].into_iter()), [1..3, 5..6]);
        assert!(ranges(std::iter::empty()).is_empty());
    }
}
