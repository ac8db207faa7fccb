//! Prices of one's own, as the catalog keeps them.

use crate::{ProjectId, StoreResult, Timestamp};
use async_trait::async_trait;
use std::sync::Arc;

/// Largest list, in bytes of JSON.
pub const MAX_PRICE_LIST_BYTES: usize = 1 << 20;

/// A list as it was set. What it says is known by `pricing`, which reads it before it is set and when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// Counts up from 1 with every change.
    pub version: u64,
    pub updated_at: Timestamp,
    /// JSON.
    pub prices: Arc<str>,
}

/// One list for each project, and one for all of them (scope `None`).
#[async_trait]
pub trait PriceLists: Send + Sync {
    /// `None` until one is set. MUST be cheap enough to be asked for by every ingest request; what another process has set MUST show
    /// within a second. `NotFound` when there is no such project.
    async fn price_list(&self, scope: Option<ProjectId>) -> StoreResult<Option<PriceList>>;

    /// Replaces the list whose version is `expected` (0: there is none yet); `Conflict` when it has another by now, so that no change
    /// is overwritten unseen. `Invalid` when it is too large. `NotFound` when there is no such project.
    async fn set_price_list(&self, scope: Option<ProjectId>, expected: u64, prices: &str) -> StoreResult<PriceList>;
}
