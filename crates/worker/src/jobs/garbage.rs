//! Deletes what nobody can see any more.

use crate::job::{Job, Step};
use async_trait::async_trait;
use model::{StoreResult, ports::Maintenance};
use std::{sync::Arc, time::Duration};

/// Garbage can wait: as long as two rounds.
const LEASE: Duration = Duration::from_secs(120);

pub(crate) struct GarbageCollection {
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) every: Duration,
}

#[async_trait]
impl Job for GarbageCollection {
    fn name(&self) -> &'static str {
        "garbage_collection"
    }

    fn every(&self) -> Duration {
        self.every
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    async fn step(&self) -> StoreResult<Step> {
        Ok(Step::counted(self.maintenance.collect_garbage().await?, false))
    }
}
