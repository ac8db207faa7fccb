//! Parquet with the lake's own columns, without its book-keeping: the project is the caller's, and the digest and the place of a commit
//! mean nothing elsewhere.

use super::{Encoder, pieces};
use crate::{
    query::list::visible_columns,
    schema::{SCHEMA_VERSION, schema_of},
};
use bytes::Bytes;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Schema, SchemaRef},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, ZstdLevel},
        errors::ParquetError,
        file::{metadata::KeyValue, properties::WriterProperties},
    },
};
use model::{StoreError, StoreResult, telemetry::RowKind};
use parking_lot::Mutex;
use std::{
    io::{self, Write},
    sync::Arc,
};

/// The knee of speed against size for prompts.
const ZSTD_LEVEL: i32 = 3;
/// Encoded size at which a row group ends: what the writer holds before any of it can be sent.
const ROW_GROUP_BYTES: usize = 8 << 20;
/// Names the version of the row schema, as in the files of the lake.
pub(super) const VERSION_KEY: &str = "telltale.schema_version";

pub(super) struct ParquetEncoder {
    schema: SchemaRef,
    /// `None` after the end.
    writer: Option<ArrowWriter<Pipe>>,
    pipe: Pipe,
}

/// What was written and not sent yet.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pipe {
    fn take(&self) -> Vec<Bytes> {
        pieces(std::mem::take(&mut *self.0.lock()))
    }
}

/// The columns of an exported file.
pub(super) fn exported_schema(kind: RowKind) -> StoreResult<SchemaRef> {
    let schema = schema_of(kind);
    let fields = visible_columns(kind).iter().map(|name| schema.field_with_name(name).cloned()).collect::<Result<Vec<_>, _>>();
    Ok(Arc::new(Schema::new(fields.map_err(StoreError::internal)?)))
}

impl ParquetEncoder {
    pub(super) fn new(kind: RowKind) -> StoreResult<Self> {
        let (schema, pipe) = (exported_schema(kind)?, Pipe::default());
        let properties = properties().map_err(StoreError::internal)?;
        let writer = ArrowWriter::try_new(pipe.clone(), Arc::clone(&schema), Some(properties)).map_err(StoreError::internal)?;
        Ok(Self { schema, writer: Some(writer), pipe })
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_created_by(concat!("telltale ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new(VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string())]))
        .build())
}

impl Encoder for ParquetEncoder {
    fn begin(&mut self) -> StoreResult<Vec<Bytes>> {
        Ok(self.pipe.take())
    }

    fn rows(&mut self, batch: &RecordBatch) -> StoreResult<Vec<Bytes>> {
        // The plan's own schema may say more of a column than the file's: that it may be null, say.
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec()).map_err(StoreError::internal)?;
        if let Some(writer) = &mut self.writer {
            writer.write(&batch).map_err(StoreError::internal)?;
        }
        Ok(self.pipe.take())
    }

    fn end(&mut self) -> StoreResult<Vec<Bytes>> {
        if let Some(writer) = self.writer.take() {
            writer.close().map_err(StoreError::internal)?;
        }
        Ok(self.pipe.take())
    }
}
