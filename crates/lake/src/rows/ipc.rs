//! The bytes of a level-0 segment: an Arrow IPC stream, zstd-compressed as a whole (schema and padding of a small group compress away).

use crate::schema::{COMMIT_ROW, COMMIT_SEQ, schema_of};
use datafusion::arrow::{
    array::{ArrayRef, Int64Array, UInt32Array, new_null_array},
    compute::{cast, take_record_batch},
    datatypes::SchemaRef,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
    record_batch::{RecordBatch, RecordBatchOptions},
};
use model::{segment::CommitSeq, telemetry::RowKind};
use std::{io::Read, sync::Arc};

/// The commit waits for it, and compaction writes everything again: the fastest level.
const ZSTD_LEVEL: i32 = 1;

pub(crate) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let sink = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    let mut writer = StreamWriter::try_new(sink, &batch.schema())?;
    writer.write(batch)?;
    writer.finish()?;
    Ok(writer.into_inner()?.finish()?)
}

/// The batches of a segment in `schema_of(kind)`, with the commit columns filled in.
pub(crate) fn decode(kind: RowKind, seq: CommitSeq, bytes: &[u8]) -> Result<Vec<RecordBatch>, ArrowError> {
    read(StreamReader::try_new(zstd::Decoder::new(bytes)?, None)?, &schema_of(kind), seq)
}

/// Like [`decode`], only these columns (by index in `schema_of`), each in memory of its own: arrays of one message share its buffer, and a
/// small column must not keep the payloads beside it alive.
pub(crate) fn decode_columns(kind: RowKind, seq: CommitSeq, bytes: &[u8], columns: &[usize]) -> Result<Vec<RecordBatch>, ArrowError> {
    let wanted = Arc::new(schema_of(kind).project(columns)?);
    let stored = StreamReader::try_new(zstd::Decoder::new(bytes)?, None)?.schema();
    let projection = (0..stored.fields().len()).filter(|index| wanted.column_with_name(stored.field(*index).name()).is_some()).collect();
    let batches = read(StreamReader::try_new(zstd::Decoder::new(bytes)?, Some(projection))?, &wanted, seq)?;
    batches.iter().map(|batch| take_record_batch(batch, &UInt32Array::from_iter_values(0..batch.num_rows() as u32))).collect()
}

fn read<R: Read>(stream: StreamReader<R>, schema: &SchemaRef, seq: CommitSeq) -> Result<Vec<RecordBatch>, ArrowError> {
    let mut first_row = 0;
    let mut batches = Vec::new();
    for batch in stream {
        let batch = to_schema(schema, seq, first_row, &batch?)?;
        first_row += batch.num_rows() as i64;
        batches.push(batch);
    }
    Ok(batches)
}

/// Brings a stored level-0 batch to the schema that readers see: columns by name, absent ones null.
pub(crate) fn with_commit_columns(kind: RowKind, seq: CommitSeq, first_row: i64, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    to_schema(&schema_of(kind), seq, first_row, batch)
}

/// Brings the rows of a file, which an earlier version may have written, to today's schema: columns by name, absent ones null.
pub(crate) fn conform(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    if batch.schema().fields() == schema.fields() {
        return Ok(batch.clone());
    }
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<Vec<_>, _>>()?)
}

fn to_schema(schema: &SchemaRef, seq: CommitSeq, first_row: i64, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let rows = batch.num_rows();
    let seq = i64::try_from(seq).map_err(|_| ArrowError::InvalidArgumentError("commit_seq beyond 63 bits".to_owned()))?;
    let columns = schema.fields().iter().map(|field| -> Result<ArrayRef, ArrowError> {
        match (field.name().as_str(), batch.column_by_name(field.name())) {
            (COMMIT_SEQ, _) => Ok(Arc::new(Int64Array::from_value(seq, rows))),
            (COMMIT_ROW, _) => Ok(Arc::new(Int64Array::from_iter_values(first_row..first_row + rows as i64))),
            (_, Some(column)) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            (_, Some(column)) => cast(column, field.data_type()),
            (_, None) => Ok(new_null_array(field.data_type(), rows)),
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    // A query may ask for no column at all: only the number of rows counts then.
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &RecordBatchOptions::new().with_row_count(Some(rows)))
}
