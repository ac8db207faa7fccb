//! JSON lines and CSV.

use super::{Encoder, pieces};
use crate::rows;
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use model::{
    StoreError, StoreResult,
    interchange::{csv, write_json},
    query::FileFormat,
    telemetry::RowKind,
};
use serde::Serialize;

pub(super) struct TextEncoder {
    kind: RowKind,
    format: FileFormat,
}

impl TextEncoder {
    pub(super) fn new(kind: RowKind, format: FileFormat) -> Self {
        Self { kind, format }
    }

    fn lines<T: Serialize>(&self, rows: &[T]) -> StoreResult<Vec<Bytes>> {
        let (mut lines, mut json) = (Vec::new(), Vec::new());
        for row in rows {
            if self.format == FileFormat::Csv {
                json.clear();
                write_json(row, &mut json).map_err(StoreError::internal)?;
                let text = std::str::from_utf8(&json).map_err(StoreError::internal)?;
                csv::write_row(self.kind, text, &mut lines).map_err(StoreError::internal)?;
            } else {
                write_json(row, &mut lines).map_err(StoreError::internal)?;
                lines.push(b'\n');
            }
        }
        Ok(pieces(lines))
    }
}

impl Encoder for TextEncoder {
    fn begin(&mut self) -> StoreResult<Vec<Bytes>> {
        let mut header = Vec::new();
        if self.format == FileFormat::Csv {
            csv::write_header(self.kind, &mut header);
        }
        Ok(pieces(header))
    }

    fn rows(&mut self, batch: &RecordBatch) -> StoreResult<Vec<Bytes>> {
        match self.kind {
            RowKind::Span => self.lines(&rows::spans(batch)?),
            RowKind::Log => self.lines(&rows::logs(batch)?),
            RowKind::Metric => self.lines(&rows::metrics(batch)?),
            RowKind::Score => self.lines(&rows::scores(batch)?),
        }
    }

    fn end(&mut self) -> StoreResult<Vec<Bytes>> {
        Ok(Vec::new())
    }
}
