//! Whole tables on their way out.

use crate::{ProjectId, TimeRange, filter::Filter, telemetry::RowKind};
use serde::{Deserialize, Serialize};

/// What a file of rows looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// One JSON object per line, as the API shows a row, with its whole payload.
    Jsonl,
    /// A line of names, then one line per row: `interchange::csv`.
    Csv,
    /// The columns of the lake, without its book-keeping.
    Parquet,
}

impl FileFormat {
    pub const ALL: [FileFormat; 3] = [Self::Jsonl, Self::Csv, Self::Parquet];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// Every row of one kind of one project that matches, in no particular order.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportQuery {
    pub project: ProjectId,
    pub kind: RowKind,
    pub format: FileFormat,
    pub range: TimeRange,
    pub filter: Filter,
}
