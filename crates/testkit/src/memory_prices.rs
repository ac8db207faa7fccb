//! Price lists in memory, for every project there could be.

use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    ports::{MAX_PRICE_LIST_BYTES, PriceList, PriceLists},
};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

/// Clones share their lists.
#[derive(Debug, Clone, Default)]
pub struct MemoryPriceLists(Arc<Mutex<HashMap<Option<ProjectId>, PriceList>>>);

#[async_trait]
impl PriceLists for MemoryPriceLists {
    async fn price_list(&self, scope: Option<ProjectId>) -> StoreResult<Option<PriceList>> {
        Ok(self.0.lock().get(&scope).cloned())
    }

    async fn set_price_list(&self, scope: Option<ProjectId>, expected: u64, prices: &str) -> StoreResult<PriceList> {
        if prices.len() > MAX_PRICE_LIST_BYTES {
            return Err(StoreError::invalid("prices", format!("expected at most {MAX_PRICE_LIST_BYTES} bytes")));
        }
        let mut lists = self.0.lock();
        if lists.get(&scope).map_or(0, |list| list.version) != expected {
            return Err(StoreError::Conflict("the price list was changed by somebody else: read it again".to_owned()));
        }
        let list = PriceList { version: expected + 1, updated_at: Timestamp::now(), prices: prices.into() };
        lists.insert(scope, list.clone());
        Ok(list)
    }
}
