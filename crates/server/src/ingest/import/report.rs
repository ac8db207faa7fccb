//! What an import answers.

use serde::Serialize;

/// Rejected rows that are named; of the others only the number is told.
pub(super) const MAX_NAMED: usize = 1_000;

/// What became of the rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Rows that are stored now and were not before this import, or were only known in another form.
    pub accepted: u64,
    /// Rows that were imported before, within the last hour, or are there twice in the file.
    pub duplicates: u64,
    pub rejected_count: u64,
    /// The first of them, at most 1,000.
    pub rejected: Vec<RejectedLine>,
}

/// A row that was not stored, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RejectedLine {
    /// The line where it begins, from 1; in a Parquet file the number of the row.
    pub line: u64,
    pub field: String,
    pub error: String,
}

impl ImportReport {
    pub(super) fn reject(&mut self, line: u64, field: String, error: String) {
        self.rejected_count += 1;
        if self.rejected.len() < MAX_NAMED {
            self.rejected.push(RejectedLine { line, field, error });
        }
    }
}
