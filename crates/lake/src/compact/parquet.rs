//! Parquet files: how they are written, and read back whole by the lake itself.

use super::arrange::RowRef;
use crate::{
    schema::{BODY_DIGEST, COMMIT_SEQ, SCHEMA_VERSION, payload_columns, schema_of, time_column},
    storage::{create_parents, remove, sync_parent, unavailable},
};
use datafusion::{
    arrow::{compute::interleave_record_batch, error::ArrowError, record_batch::RecordBatch},
    parquet::{
        arrow::{ArrowWriter, ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
        basic::{Compression, Encoding, ZstdLevel},
        errors::ParquetError,
        file::{
            metadata::KeyValue,
            properties::{EnabledStatistics, WriterProperties},
        },
        schema::types::ColumnPath,
    },
};
use model::{StoreError, StoreResult, telemetry::RowKind};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

/// The knee of speed against size for prompts.
const ZSTD_LEVEL: i32 = 3;
/// Uncompressed. As large as zstd's window at its level, so that a resent history is found; small enough to decode for one span.
const PAYLOAD_PAGE_BYTES: usize = 2 * 1024 * 1024;
const SMALL_PAGE_BYTES: usize = 64 * 1024;
/// Page sizes are checked every so many rows; payloads of several kilobytes need it to be few.
const WRITE_BATCH_ROWS: usize = 64;
/// Rows between entries of the page index of small columns.
const PAGE_ROWS: usize = 4_096;
const ROW_GROUP_ROWS: usize = 64 * 1024;
/// Encoded size: bounds what the writer buffers and a reader holds.
const ROW_GROUP_BYTES: usize = 32 * 1024 * 1024;
/// Of bloom filters: one useless file in a hundred looked into.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;
/// Rows copied out of the inputs at a time.
const COPY_ROWS: usize = 2_048;
/// Rows per batch when a file is read back.
const READ_ROWS: usize = 4_096;
/// Distinct in nearly every row: a dictionary would only be thrown away.
const UNIQUE_COLUMNS: [&str; 7] = ["span_id", "parent_span_id", "native_id", "response_id", "input_preview", "output_preview", BODY_DIGEST];

/// Size and checksum of a finished file.
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) checksum: [u8; 32],
}

fn properties(kind: RowKind) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_size_limit(SMALL_PAGE_BYTES)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(WRITE_BATCH_ROWS)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_created_by(concat!("telltale ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new("telltale.schema_version".to_owned(), SCHEMA_VERSION.to_string())]));
    for name in UNIQUE_COLUMNS {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    for name in [time_column(kind), "end_time", "ingest_time", COMMIT_SEQ] {
        let path = ColumnPath::from(name);
        builder = builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    for name in payload_columns(kind) {
        let path = ColumnPath::from(*name);
        builder = builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_data_page_size_limit(path.clone(), PAYLOAD_PAGE_BYTES)
            .set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    let trace = ColumnPath::from("trace_id");
    if schema_of(kind).column_with_name("trace_id").is_some() {
        builder = builder
            .set_column_bloom_filter_enabled(trace.clone(), true)
            .set_column_bloom_filter_fpp(trace.clone(), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(trace, ROW_GROUP_ROWS as u64);
    }
    Ok(builder.build())
}

/// Counts and hashes what passes through.
struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes rows of the inputs as a durable Parquet file: data, then its directory entry. A half-written file is removed.
pub(super) fn write_file(path: &Path, kind: RowKind, inputs: &[RecordBatch], rows: &[RowRef]) -> StoreResult<Written> {
    create_parents(path).map_err(|error| unavailable("making a directory", &error))?;
    let file = File::create_new(path).map_err(|error| unavailable("making a segment file", &error))?;
    let written = write_rows(file, kind, inputs, rows).map_err(store_error).and_then(|written| {
        sync_parent(path).map_err(|error| unavailable("syncing a directory", &error))?;
        Ok(written)
    });
    if written.is_err() {
        remove(path);
    }
    written
}

fn write_rows(file: File, kind: RowKind, inputs: &[RecordBatch], rows: &[RowRef]) -> Result<Written, ParquetError> {
    let sink = Hashing { inner: BufWriter::new(file), hasher: blake3::Hasher::new(), bytes: 0 };
    let mut writer = ArrowWriter::try_new(sink, schema_of(kind), Some(properties(kind)?))?;
    let inputs: Vec<&RecordBatch> = inputs.iter().collect();
    for chunk in rows.chunks(COPY_ROWS) {
        writer.write(&interleave_record_batch(&inputs, chunk)?)?;
    }
    let sink = writer.into_inner()?;
    let file = sink.inner.into_inner().map_err(|error| error.into_error())?;
    file.sync_data()?;
    Ok(Written { bytes: sink.bytes, checksum: *sink.hasher.finalize().as_bytes() })
}

/// Some columns of rows of the inputs, a few thousand rows at a time.
pub(super) fn copied<'a>(
    inputs: &'a [RecordBatch],
    rows: &'a [RowRef],
    columns: &[&str],
) -> impl Iterator<Item = StoreResult<RecordBatch>> + use<'a> {
    let project =
        |batch: &RecordBatch| batch.project(&columns.iter().map(|name| batch.schema().index_of(name)).collect::<Result<Vec<_>, _>>()?);
    let projected: Result<Vec<RecordBatch>, ArrowError> = inputs.iter().map(project).collect();
    rows.chunks(COPY_ROWS).map(move |chunk| {
        let inputs = projected.as_ref().map_err(StoreError::internal)?;
        interleave_record_batch(&inputs.iter().collect::<Vec<_>>(), chunk).map_err(StoreError::internal)
    })
}

/// Damage is `Internal`; a file that cannot be read now is `Unavailable`.
fn store_error(error: ParquetError) -> StoreError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => unavailable("a segment file", &cause),
            Err(cause) => StoreError::internal(cause),
        },
        other => StoreError::internal(other),
    }
}

/// Some columns of a whole file, as they are stored.
pub(crate) fn read_columns(path: &Path, names: &[&str]) -> StoreResult<Vec<RecordBatch>> {
    read(path, Some(names))
}

/// All columns of a whole file.
pub(crate) fn read_all(path: &Path) -> StoreResult<Vec<RecordBatch>> {
    read(path, None)
}

fn read(path: &Path, names: Option<&[&str]>) -> StoreResult<Vec<RecordBatch>> {
    let file = File::open(path).map_err(|error| unavailable("opening a segment file", &error))?;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(store_error)?.with_batch_size(READ_ROWS);
    if let Some(names) = names {
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(store_error)?;
    reader.collect::<Result<_, _>>().map_err(StoreError::internal)
}
