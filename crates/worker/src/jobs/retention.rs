//! Deletes rows that are over, and texts that are over before their rows. What is over is the lake's business.

use crate::job::{Job, Step};
use async_trait::async_trait;
use model::{
    StoreResult,
    ports::{JobVolume, Maintenance, RetentionReport},
};
use std::{sync::Arc, time::Duration};

/// Rows go within a day after their time is over: minutes do not matter.
const LEASE: Duration = Duration::from_secs(120);

pub(crate) struct Retention {
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) every: Duration,
}

#[async_trait]
impl Job for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    fn every(&self) -> Duration {
        self.every
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    async fn step(&self) -> StoreResult<Step> {
        let RetentionReport { segments, rows, more } = self.maintenance.retain().await?;
        Ok(Step { volume: JobVolume { work: segments, rows, ..JobVolume::default() }, more })
    }
}
