//! Parquet files: their properties, and how the lake itself reads them back.

use super::writer::store_error;
use crate::{
    rows::ipc,
    schema::{BODY_DIGEST, COMMIT_SEQ, SCHEMA_VERSION, payload_columns, schema_of, time_column},
    storage::unavailable,
};
use datafusion::{
    arrow::record_batch::RecordBatch,
    parquet::{
        arrow::{
            ProjectionMask,
            arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection},
        },
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
    ops::Range,
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
/// Rows per batch when a file is read back.
const READ_ROWS: usize = 4_096;
/// Distinct in nearly every row: a dictionary would only be thrown away.
const UNIQUE_COLUMNS: [&str; 7] = ["span_id", "parent_span_id", "native_id", "response_id", "input_preview", "output_preview", BODY_DIGEST];

pub(super) fn properties(kind: RowKind) -> Result<WriterProperties, ParquetError> {
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
    Ok(builder.build())
}

/// Counts and hashes what passes through.
pub(super) struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing<BufWriter<File>> {
    pub(super) fn new(inner: BufWriter<File>) -> Self {
        Self { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Size and BLAKE3 of the file, whose bytes are durable.
    pub(super) fn finish(self) -> io::Result<(u64, [u8; 32])> {
        let file = self.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_data()?;
        Ok((self.bytes, *self.hasher.finalize().as_bytes()))
    }
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

/// Some columns of a whole file, as they are stored.
pub(crate) fn read_columns(path: &Path, names: &[&str]) -> StoreResult<Vec<RecordBatch>> {
    read(path, Some(names))
}

/// All columns of a whole file, in today's schema.
pub(crate) fn read_all(kind: RowKind, path: &Path) -> StoreResult<Vec<RecordBatch>> {
    let batches = read(path, None)?;
    batches.iter().map(|batch| ipc::conform(&schema_of(kind), batch).map_err(StoreError::internal)).collect()
}

/// All columns of some rows (ranges of row numbers, ascending), in today's schema.
pub(super) fn read_rows(kind: RowKind, path: &Path, rows: &[Range<usize>]) -> StoreResult<Vec<RecordBatch>> {
    let file = File::open(path).map_err(|error| unavailable("opening a segment file", &error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(store_error)?.with_batch_size(READ_ROWS);
    let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let selection = RowSelection::from_consecutive_ranges(rows.iter().cloned(), total);
    let reader = builder.with_row_selection(selection).build().map_err(store_error)?;
    let batches = reader.map(|batch| ipc::conform(&schema_of(kind), &batch?));
    batches.collect::<Result<_, _>>().map_err(StoreError::internal)
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
