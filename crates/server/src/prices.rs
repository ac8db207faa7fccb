//! The prices that apply to a project: its own list, then everybody's, then the book.

use model::{
    ProjectId, StoreError, StoreResult,
    ports::{PriceList, PriceLists},
};
use parking_lot::Mutex;
use pricing::{CustomPrices, PriceBook, Prices};
use std::{collections::HashMap, sync::Arc};

/// Lists that are kept as they were read. A list has at most a megabyte, and few projects have one.
const MAX_KEPT: usize = 256;

/// Lists as they were read, so that a list is read once for each of its versions and not for every request.
#[derive(Default)]
pub(crate) struct KnownPrices(Mutex<HashMap<Option<ProjectId>, Known>>);

struct Known {
    version: u64,
    prices: Arc<CustomPrices>,
}

/// Lists in order.
pub(crate) struct ProjectPrices(Vec<Arc<CustomPrices>>);

impl KnownPrices {
    /// What applies to the calls of a project now.
    pub(crate) async fn of(&self, lists: &dyn PriceLists, project: ProjectId) -> StoreResult<ProjectPrices> {
        let mut found = Vec::new();
        for scope in [Some(project), None] {
            if let Some(list) = lists.price_list(scope).await? {
                found.push(self.read(scope, &list)?);
            }
        }
        Ok(ProjectPrices(found))
    }

    fn read(&self, scope: Option<ProjectId>, list: &PriceList) -> StoreResult<Arc<CustomPrices>> {
        let mut kept = self.0.lock();
        if let Some(known) = kept.get(&scope).filter(|known| known.version == list.version) {
            return Ok(Arc::clone(&known.prices));
        }
        // Checked before it was set: only damage, or a list of a newer version of ours, ends here.
        let prices = CustomPrices::from_json(&version_name(scope, list.version), list.prices.as_bytes())
            .map_err(|error| StoreError::Internal(format!("a price list cannot be read: {error}")))?;
        let prices = Arc::new(prices);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(scope, Known { version: list.version, prices: Arc::clone(&prices) });
        Ok(prices)
    }
}

/// How a list is named on the spans that it priced.
pub(crate) fn version_name(scope: Option<ProjectId>, version: u64) -> String {
    match scope {
        Some(_) => format!("project-prices-{version}"),
        None => format!("own-prices-{version}"),
    }
}

impl ProjectPrices {
    /// Calls `work` with all prices.
    pub(crate) fn with<T>(&self, work: impl FnOnce(Prices<'_>) -> T) -> T {
        let lists: Vec<&CustomPrices> = self.0.iter().map(Arc::as_ref).collect();
        work(Prices { book: PriceBook::embedded(), custom: &lists })
    }
}
