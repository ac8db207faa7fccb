//! Rows as text that leaves one store and comes back in another: JSON as the API shows it, and CSV with one column per field. Reading
//! is strict: what a row could not keep (an unknown field, a wrong value) is named, never dropped. Pure functions.

mod columns;
pub mod csv;
mod csv_records;
mod json;

pub use columns::{CellType, ExportColumn, columns_of};
pub use csv_records::{CsvRecord, CsvRecords};
pub use json::{read_json, write_json};

use crate::telemetry::{LogRecord, MetricPoint, RowKind, Score, Span};
use serde::Serialize;

/// A row of any kind. In JSON, the row itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Row {
    Span(Box<Span>),
    Log(LogRecord),
    Metric(MetricPoint),
    Score(Score),
}

impl Row {
    pub fn kind(&self) -> RowKind {
        match self {
            Self::Span(_) => RowKind::Span,
            Self::Log(_) => RowKind::Log,
            Self::Metric(_) => RowKind::Metric,
            Self::Score(_) => RowKind::Score,
        }
    }
}

/// Why a row cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct RowFault {
    pub field: String,
    pub message: String,
}

impl RowFault {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A row that was read from a file, by its place there.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRow {
    /// From 1: the line where it begins; in a Parquet file the number of the row.
    pub line: u64,
    pub row: Result<Row, RowFault>,
}
