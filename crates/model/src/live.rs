//! What travels on the bus after a commit.

use crate::{
    ProjectId,
    segment::CommitSeq,
    telemetry::{LogRecord, MetricPoint, SpanSummary},
};
use serde::{Deserialize, Serialize};

/// One new row, as the live view shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveRow {
    Span(Box<SpanSummary>),
    Log(LogRecord),
    Metric(MetricPoint),
}

/// The rows of one commit of one project. At most [`LiveBatch::MAX_ROWS`]; `omitted` counts the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiveBatch {
    pub project: ProjectId,
    pub commit_seq: CommitSeq,
    pub rows: Vec<LiveRow>,
    pub omitted: usize,
}

impl LiveBatch {
    /// More in one commit cannot be read by a person; the count still tells that there were more.
    pub const MAX_ROWS: usize = 100;
}
