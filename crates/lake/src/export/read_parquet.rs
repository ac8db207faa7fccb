//! Parquet files of exports back to rows. What a row could not keep is found by writing it again: where the columns differ, it is named.

use super::{checked_rows::read_batch, write_parquet::exported_schema};
use crate::storage::blocking;
use datafusion::{
    arrow::{
        array::new_null_array,
        compute::cast,
        datatypes::{Field, Schema, SchemaRef},
        record_batch::RecordBatch,
    },
    parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};
use futures::{StreamExt, stream, stream::BoxStream};
use model::{StoreError, StoreResult, interchange::ReadRow, telemetry::RowKind};
use std::{fs::File, sync::Arc};

/// Rows read at a time: a few megabytes of prompts.
const BATCH_ROWS: usize = 256;
/// Largest column of one row group, decoded, as the file declares it: the file comes from outside.
const MAX_COLUMN_CHUNK_BYTES: i64 = 1 << 30;

pub(crate) async fn read_parquet(kind: RowKind, file: File) -> StoreResult<BoxStream<'static, StoreResult<Vec<ReadRow>>>> {
    let schema = exported_schema(kind)?;
    let reader = guarded({
        let schema = SchemaRef::clone(&schema);
        move || open(kind, file, &schema)
    })
    .await?;
    let first = State { kind, schema, reader: Some(reader), next_line: 1 };
    let batches = stream::try_unfold(first, |mut state| async move {
        let Some(reader) = state.reader.take() else { return Ok(None) };
        guarded(move || state.next(reader)).await
    });
    Ok(batches.boxed())
}

/// Away from the async threads; a file that makes the decoder panic is only a bad file.
async fn guarded<T: Send + 'static>(work: impl FnOnce() -> StoreResult<T> + Send + 'static) -> StoreResult<T> {
    let caught = blocking(move || Ok(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)))).await?;
    caught.unwrap_or_else(|_| Err(StoreError::invalid("file", "expected a Parquet file that can be decoded")))
}

struct State {
    kind: RowKind,
    schema: SchemaRef,
    reader: Option<ParquetRecordBatchReader>,
    next_line: u64,
}

impl State {
    fn next(mut self, mut reader: ParquetRecordBatchReader) -> StoreResult<Option<(Vec<ReadRow>, State)>> {
        let Some(batch) = reader.next() else { return Ok(None) };
        let batch = batch.map_err(not_readable)?;
        let batch = to_schema(&self.schema, &batch)?;
        let rows = read_batch(self.kind, &batch, self.next_line);
        self.next_line += batch.num_rows() as u64;
        self.reader = Some(reader);
        Ok(Some((rows, self)))
    }
}

fn not_readable(error: impl std::fmt::Display) -> StoreError {
    StoreError::invalid("file", format!("expected a Parquet file that can be decoded: {error}"))
}

fn open(kind: RowKind, file: File, schema: &SchemaRef) -> StoreResult<ParquetRecordBatchReader> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(not_readable)?;
    for column in builder.metadata().row_groups().iter().flat_map(|group| group.columns()) {
        if column.uncompressed_size() > MAX_COLUMN_CHUNK_BYTES {
            return Err(StoreError::invalid("file", format!("expected row groups of at most {MAX_COLUMN_CHUNK_BYTES} bytes a column")));
        }
    }
    for field in builder.schema().fields() {
        if schema.column_with_name(field.name()).is_none() {
            return Err(StoreError::invalid(field.name(), format!("a {} has no column of this name", kind.as_str())));
        }
    }
    for field in schema.fields().iter().filter(|field| !field.is_nullable()) {
        if builder.schema().column_with_name(field.name()).is_none() {
            return Err(StoreError::invalid(field.name(), "the column is missing"));
        }
    }
    builder.with_batch_size(BATCH_ROWS).build().map_err(not_readable)
}

/// Columns in the types of the lake, absent ones null. Other tools write other widths and units.
fn to_schema(schema: &SchemaRef, batch: &RecordBatch) -> StoreResult<RecordBatch> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        Some(column) => cast(column, field.data_type()).map_err(|error| StoreError::invalid(field.name(), error.to_string())),
    });
    // Nulls where none may be are named row by row.
    let nullable: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(nullable)), columns.collect::<StoreResult<_>>()?).map_err(StoreError::internal)
}
