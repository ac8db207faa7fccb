//! Segments: the immutable units of the lake, as the catalog knows them.

use crate::{ProjectId, SegmentId, Timestamp, WriterId, telemetry::RowKind};
use bytes::Bytes;

/// Number of a publication in the catalog: 1, 2, 3 … "Last" always means (commit_seq, row).
pub type CommitSeq = u64;

/// Where the bytes of a segment are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the catalog itself (`segment_inline`): small level-0 groups.
    Inline,
    /// A path below the data root, with `/` as separator. The name carries the writer's id.
    File(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentState {
    Live,
    /// Replaced by others; kept until no reader holds a snapshot with it.
    Retired,
    /// Its bytes failed a check: not read, not deleted.
    Quarantined,
}

impl SegmentState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Retired => "retired",
            Self::Quarantined => "quarantined",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Live, Self::Retired, Self::Quarantined].into_iter().find(|state| state.as_str() == name)
    }
}

/// One row of the catalog's `segment` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub id: SegmentId,
    pub kind: RowKind,
    /// 0: a commit (Arrow IPC). 1 and up: compacted (Parquet).
    pub level: u8,
    /// `""` for level 0; else the UTC day or hour, `2026-11-23` or `2026-11-23T14`.
    pub partition: String,
    /// Every project with a row in it.
    pub projects: Vec<ProjectId>,
    pub min_time: Timestamp,
    pub max_time: Timestamp,
    pub rows: u64,
    /// Size as stored.
    pub bytes: u64,
    pub location: Location,
    /// BLAKE3 of the bytes as stored.
    pub checksum: [u8; 32],
    /// Version of the row schema inside.
    pub schema_version: u32,
    pub writer: WriterId,
    pub created_at: Timestamp,
    /// Given by the catalog when it is published; 0 before.
    pub commit_seq: CommitSeq,
    /// The earliest publication that one of its rows came in with; at level 0 its own. 0: unknown, any.
    pub first_seq: CommitSeq,
    /// What was erased up to this publication is physically gone from it.
    pub clean_seq: CommitSeq,
    /// Its texts were dropped by retention: only the numbers are left.
    pub without_payload: bool,
    /// Data derived from its rows, in a file beside it. Published with it or not at all.
    pub sidecar: Option<Sidecar>,
    pub state: SegmentState,
}

/// The derived data of a compacted segment: filters, text index, rollups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sidecar {
    /// Size as stored.
    pub bytes: u64,
    /// BLAKE3 of the bytes as stored.
    pub checksum: [u8; 32],
}

/// What a sidecar's name has behind that of its segment's file.
pub const SIDECAR_EXTENSION: &str = "sidecar";

impl Segment {
    /// Below the data root, like the file of the segment itself. `None` without one.
    pub fn sidecar_path(&self) -> Option<String> {
        match (&self.location, self.sidecar) {
            (Location::File(path), Some(_)) => Some(format!("{path}.{SIDECAR_EXTENSION}")),
            _ => None,
        }
    }

    /// Every file that holds a part of it.
    pub fn files(&self) -> impl Iterator<Item = String> {
        let file = match &self.location {
            Location::File(path) => Some(path.clone()),
            Location::Inline => None,
        };
        file.into_iter().chain(self.sidecar_path())
    }
}

/// A segment to publish, with its bytes when they live in the catalog.
#[derive(Debug, Clone)]
pub struct NewSegment {
    pub segment: Segment,
    /// Present exactly when the location is `Inline`.
    pub inline: Option<Bytes>,
}

/// One atomic switch: the new segments appear and the retired ones disappear, or nothing changes.
#[derive(Debug, Clone)]
pub struct Publication {
    pub writer: WriterId,
    pub add: Vec<NewSegment>,
    /// All must still be live, or the publication is refused.
    pub retire: Vec<SegmentId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishOutcome {
    Published(CommitSeq),
    /// An input was no longer live: somebody else was first. Nothing changed.
    Conflict,
}

/// What changed after a commit_seq.
#[derive(Debug, Clone, Default)]
pub struct SegmentChanges {
    /// The newest publication that this answer includes.
    pub upto: CommitSeq,
    /// The asked commit_seq is too long ago to say what went since: `added` is everything live, and nothing else is.
    pub reset: bool,
    /// Live segments published after the asked commit_seq.
    pub added: Vec<Segment>,
    /// Segments that stopped being live after it.
    pub removed: Vec<SegmentId>,
}
