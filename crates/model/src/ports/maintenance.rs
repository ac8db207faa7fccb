//! Background work on the lake. Every method is idempotent and bounded: it does one piece and says whether there is more.

use crate::{StoreResult, WriterId};
use async_trait::async_trait;
use serde::Serialize;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompactionReport {
    pub segments_in: u64,
    pub segments_out: u64,
    pub rows: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// There is more to compact now.
    pub more: bool,
}

/// What one piece of erasing did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EraseReport {
    /// Segments rewritten without the rows, or dropped.
    pub segments: u64,
    pub rows_erased: u64,
    /// There is more to erase now.
    pub more: bool,
}

/// What one piece of retention did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetentionReport {
    /// Segments rewritten or dropped.
    pub segments: u64,
    /// Rows deleted, and rows that lost their texts.
    pub rows: u64,
    /// There is more to do now.
    pub more: bool,
}

/// What maintenance still has to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Debt {
    /// Live segments that no compaction has touched.
    pub level0_segments: u64,
    pub level0_bytes: u64,
    /// `None` without any.
    pub level0_oldest_age_seconds: Option<f64>,
    /// Level-0 segments at which ingest is refused.
    pub level0_segments_limit: u64,
    /// Later reports of published spans that are not folded in yet.
    pub amended_spans: u64,
    /// Erasures and deleted projects whose rows live files still hold.
    pub pending_erasures: u64,
    /// Compacted segments that are worth merging.
    pub segments_to_merge: u64,
    /// Of the last piece of work that failed, if it was the last of its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

#[async_trait]
pub trait Maintenance: Send + Sync {
    /// The identity under which this process claims jobs.
    fn writer(&self) -> WriterId;

    /// Compacts one piece, if there is debt worth it (`force`: any debt at all).
    async fn compact(&self, force: bool) -> StoreResult<CompactionReport>;

    /// Rewrites one piece that active erasures or deleted projects ask for, and says in the catalog what has become of them.
    async fn erase(&self) -> StoreResult<EraseReport>;

    /// Deletes one piece that is over by its project's retention, or drops its texts.
    async fn retain(&self) -> StoreResult<RetentionReport>;

    /// What is still to do, as of now. MUST be cheap: it is asked for by every scrape.
    async fn debt(&self) -> StoreResult<Debt>;

    /// Deletes retired segments that no reader can see, and orphaned files of fenced writers. Returns how many files went.
    async fn collect_garbage(&self) -> StoreResult<u64>;

    /// Tells the catalog that this writer lives.
    async fn heartbeat(&self) -> StoreResult<()>;
}
