//! Read-only SQL over the caller's project.

use crate::ProjectId;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct SqlQuery {
    pub project: ProjectId,
    /// One `SELECT` over `spans`, `logs`, `metrics`, `scores`.
    pub query: String,
    pub limits: SqlLimits,
}

/// What one query may use. Reaching `max_rows` truncates and says so; the others fail the query.
#[derive(Debug, Clone, Copy)]
pub struct SqlLimits {
    pub max_rows: usize,
    pub timeout: Duration,
    pub max_memory_bytes: usize,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self { max_rows: 100_000, timeout: Duration::from_secs(30), max_memory_bytes: 256 << 20 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SqlColumn {
    pub name: String,
    /// `text`, `integer`, `number`, `decimal`, `boolean`, `timestamp`, `json` or `list`.
    #[serde(rename = "type")]
    pub column_type: String,
}

/// Integers are JSON numbers; decimals are numbers printed from their digits; times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SqlResult {
    pub columns: Vec<SqlColumn>,
    pub rows: Vec<Vec<Value>>,
    pub truncated: bool,
}
