//! Rewrites what erasures and deleted projects hide, until no file holds it. Which segments those are is the lake's business.

use crate::job::{Job, Step};
use async_trait::async_trait;
use model::{
    StoreResult,
    ports::{EraseReport, JobVolume, Maintenance, Topic},
};
use std::{sync::Arc, time::Duration};

/// Rows are hidden already; a process that died holding the lease delays their end on disk by no more than this.
const LEASE: Duration = Duration::from_secs(60);

pub(crate) struct Erasing {
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) every: Duration,
}

#[async_trait]
impl Job for Erasing {
    fn name(&self) -> &'static str {
        "erasure"
    }

    fn every(&self) -> Duration {
        self.every
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    fn wakes_on(&self) -> Option<Topic> {
        Some(Topic::Committed)
    }

    async fn step(&self) -> StoreResult<Step> {
        let EraseReport { segments, rows_erased: rows, more } = self.maintenance.erase().await?;
        Ok(Step { volume: JobVolume { work: segments, rows, ..JobVolume::default() }, more })
    }
}
