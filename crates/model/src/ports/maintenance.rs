//! Background work on the lake. Every method is idempotent and bounded: it does one piece and says whether there is more.

use crate::{StoreResult, WriterId};
use async_trait::async_trait;

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

#[async_trait]
pub trait Maintenance: Send + Sync {
    /// The identity under which this process claims jobs.
    fn writer(&self) -> WriterId;

    /// Compacts one piece, if there is debt worth it (`force`: any debt at all).
    async fn compact(&self, force: bool) -> StoreResult<CompactionReport>;

    /// Deletes retired segments that no reader can see, and orphaned files of fenced writers. Returns how many files went.
    async fn collect_garbage(&self) -> StoreResult<u64>;

    /// Tells the catalog that this writer lives.
    async fn heartbeat(&self) -> StoreResult<()>;
}
