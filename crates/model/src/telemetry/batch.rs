//! What is committed together.

use super::{LogRecord, MetricPoint, Score, Span};
use crate::{ProjectId, segment::CommitSeq};
use serde::{Deserialize, Serialize};

/// The four tables of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Span,
    Log,
    Metric,
    Score,
}

impl RowKind {
    pub const ALL: [RowKind; 4] = [Self::Span, Self::Log, Self::Metric, Self::Score];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Span => "span",
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Score => "score",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Tells an exact resend from a new report: a hash of what the client sent for this row, ids included.
pub type BodyDigest = [u8; 16];

/// A row on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming<T> {
    pub row: T,
    /// A second row with the same digest in the same project within an hour is a resend and is not stored again.
    /// `None`: always stored.
    pub digest: Option<BodyDigest>,
}

impl<T> Incoming<T> {
    pub fn new(row: T, digest: Option<BodyDigest>) -> Self {
        Self { row, digest }
    }
}

/// The rows of one request, all of one project. Committed wholly or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct RowBatch {
    pub project: ProjectId,
    pub spans: Vec<Incoming<Span>>,
    pub logs: Vec<Incoming<LogRecord>>,
    pub metrics: Vec<Incoming<MetricPoint>>,
    pub scores: Vec<Incoming<Score>>,
}

impl RowBatch {
    pub fn new(project: ProjectId) -> Self {
        Self { project, spans: Vec::new(), logs: Vec::new(), metrics: Vec::new(), scores: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.spans.len() + self.logs.len() + self.metrics.len() + self.scores.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The answer to a commit: everything in the batch is durable and visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitReceipt {
    pub commit_seq: CommitSeq,
    pub stored: usize,
    /// Resends that were already stored.
    pub duplicates: usize,
}
