//! Settings and bounds of the lake.

use std::{path::PathBuf, time::Duration};

const MIB: usize = 1024 * 1024;

/// Every bound has a default with its reason; tests make them small.
#[derive(Debug, Clone)]
pub struct LakeConfig {
    /// Root of `segments/`. Created when absent.
    pub data_dir: PathBuf,
    /// What the whole process may use, in bytes; the lake's shares are fractions of it.
    pub memory_budget: usize,
    /// Shown in the catalog beside the writer's id, e.g. `serve`.
    pub writer_label: String,
    pub commit: CommitLimits,
    pub disk: DiskLimits,
    pub compaction: CompactionLimits,
    pub retention: GarbageLimits,
    /// How long texts are looked through before an answer says how far the search came. Below the time limit of a query, and about as
    /// long as a person waits.
    pub search_time: Duration,
}

#[derive(Debug, Clone)]
pub struct CommitLimits {
    /// Encoded bytes of requests that wait or are being committed; beyond it requests are refused. Memory, not time, is what runs out.
    pub max_bytes_in_flight: usize,
    /// Rows of one group: bounds the time of one transaction.
    pub max_group_rows: usize,
    /// Encoded bytes of one group: bounds the copy made of it, and the size of a level-0 segment.
    pub max_group_bytes: usize,
    /// Level-0 blobs up to this size live in the catalog; larger ones in a file, so that the catalog's log stays small.
    pub max_inline_bytes: usize,
    /// Level-0 segments at which ingest is refused until compaction has caught up.
    pub max_level0_segments: usize,
    /// How long the digest of a stored row is remembered.
    pub dedupe_window: Duration,
    /// Digests remembered at most (32 bytes each); beyond it the oldest are forgotten.
    pub max_digests: usize,
}

/// Beyond either, rows are refused while reads and maintenance go on. The default limits nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskLimits {
    /// What must stay free on the disk of the data folder.
    pub min_free_bytes: u64,
    /// What live segments may take together.
    pub max_stored_bytes: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct CompactionLimits {
    pub start_segments: usize,
    pub start_bytes: u64,
    pub start_age: Duration,
    /// Decoded bytes taken into memory by one compaction.
    pub max_decoded_bytes: usize,
    /// Rows of a UTC day from which it is split by hour.
    pub day_split_rows: usize,
    /// Rows of one output file at most.
    pub max_file_rows: usize,
    /// A project with at least this many rows in a partition gets a file of its own; smaller ones share.
    pub own_file_rows: usize,
    /// Compacted segments of one partition and set of projects from which they are merged.
    pub merge_segments: usize,
}

#[derive(Debug, Clone)]
pub struct GarbageLimits {
    /// Retired segments younger than this are kept: readers younger than it need no lease.
    pub retired_min_age: Duration,
    /// A writer silent for longer is fenced. Several missed heartbeats, so that a slow disk is not taken for death.
    pub writer_silence: Duration,
}

impl LakeConfig {
    pub fn new(data_dir: impl Into<PathBuf>, memory_budget: usize) -> Self {
        Self {
            data_dir: data_dir.into(),
            memory_budget,
            writer_label: "serve".to_owned(),
            commit: CommitLimits {
                max_bytes_in_flight: (memory_budget / 16).clamp(16 * MIB, 256 * MIB),
                max_group_rows: 8_192,
                max_group_bytes: 16 * MIB,
                max_inline_bytes: 32 * 1024,
                max_level0_segments: 4_096,
                dedupe_window: Duration::from_secs(3_600),
                max_digests: 1_000_000,
            },
            disk: DiskLimits::default(),
            compaction: CompactionLimits {
                start_segments: 256,
                start_bytes: 64 * MIB as u64,
                start_age: Duration::from_secs(30),
                max_decoded_bytes: (memory_budget / 16).clamp(16 * MIB, 128 * MIB),
                day_split_rows: 1_000_000,
                max_file_rows: 2_000_000,
                own_file_rows: 1_024,
                merge_segments: 8,
            },
            retention: GarbageLimits { retired_min_age: Duration::from_secs(60), writer_silence: Duration::from_secs(60) },
            search_time: Duration::from_secs(10),
        }
    }

    /// What all queries together may hold in aggregates, sorts and joins.
    pub fn query_pool_bytes(&self) -> usize {
        self.memory_budget / 4
    }

    /// Bytes of decoded level-0 batches kept in memory: enough for the newest seconds, which are read most.
    pub fn hot_bytes(&self) -> usize {
        (self.memory_budget / 8).min(64 * MIB)
    }
}
