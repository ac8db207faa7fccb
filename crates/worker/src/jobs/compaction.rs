//! Turns level-0 segments into sorted Parquet. When that is worth it is the lake's business.

use crate::job::{Job, Step};
use async_trait::async_trait;
use model::{
    StoreResult,
    ports::{CompactionReport, JobVolume, Maintenance, Topic},
};
use std::{sync::Arc, time::Duration};

/// A process that died holding the lease holds compaction up for this long; ingest has minutes of room before it must refuse.
const LEASE: Duration = Duration::from_secs(30);

pub(crate) struct Compaction {
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) every: Duration,
}

#[async_trait]
impl Job for Compaction {
    fn name(&self) -> &'static str {
        "compaction"
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
        let report = self.maintenance.compact(false).await?;
        let CompactionReport { segments_in: work, rows, bytes_in, bytes_out, more, .. } = report;
        Ok(Step { volume: JobVolume { work, rows, bytes_in, bytes_out }, more })
    }
}
