//! Erasing: what is asked for, what it hides at once, and the receipt that says when it was physically gone.

use crate::{ErasureId, ProjectId, SpanId, Timestamp, TraceId, segment::CommitSeq, time::TimeRange};
use serde::{Deserialize, Serialize};

/// Spans that one erasure by filter may name: their ids are kept in memory while they are hidden (24 bytes each).
pub const MAX_SPANS: usize = 1_000_000;
/// Traces that one erasure may name.
pub const MAX_TRACES: usize = 1_000_000;

/// What to erase, within one project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum EraseTarget {
    /// The trace's spans, log records and scores.
    Trace { trace_id: TraceId },
    /// Everything that names the session, and every trace with a span of it.
    Session { session_id: String },
    /// Everything that names the user, and every trace with a span of that user.
    User { user_id: String },
    /// Spans that match, and the scores about them.
    Filter {
        filter: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Timestamp>,
    },
    /// Every row that the project has now.
    Project,
}

impl EraseTarget {
    /// The time range of a filter; all of time for the others.
    pub fn range(&self) -> TimeRange {
        match self {
            Self::Filter { from, to, .. } => TimeRange { from: from.unwrap_or(Timestamp::MIN), to: to.unwrap_or(Timestamp::MAX) },
            _ => TimeRange::ALL,
        }
    }
}

/// The rows that an erasure hides: those of the project that any of these names, committed up to the erasure's own commit_seq.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    pub all: bool,
    pub sessions: Vec<String>,
    pub users: Vec<String>,
    /// Spans, log records and scores.
    pub traces: Vec<TraceId>,
    /// Spans and the scores about them.
    pub spans: Vec<(TraceId, SpanId)>,
}

impl Hidden {
    /// As the catalog keeps it: JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// `None` when the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// An erasure that still hides rows, as reads need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    pub id: ErasureId,
    pub project: ProjectId,
    /// Hides rows up to this publication.
    pub seq: CommitSeq,
    pub hidden: Hidden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// No read shows the rows any more; files still hold them.
    Hidden,
    /// No live file holds them; replaced files wait for their last reader.
    Rewritten,
    /// Nothing holds them.
    Erased,
}

/// The receipt.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Erasure {
    pub id: ErasureId,
    pub project_id: ProjectId,
    pub target: EraseTarget,
    pub state: ErasureState,
    /// Since when no read shows the rows.
    pub requested_at: Timestamp,
    /// Spans that matched when it was asked for.
    pub hidden_spans: u64,
    /// Since when no live file holds them.
    pub rewritten_at: Option<Timestamp>,
    /// Since when no file of the store holds them. Backups are the operator's.
    pub erased_at: Option<Timestamp>,
}

/// An erasure on its way into the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct NewErasure {
    pub project: ProjectId,
    pub target: EraseTarget,
    pub hidden: Hidden,
    pub hidden_spans: u64,
}
