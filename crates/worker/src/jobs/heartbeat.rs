//! Tells the catalog that this writer lives. A writer that is silent for too long is fenced off by the others.

use crate::job::{Job, Step};
use async_trait::async_trait;
use model::{StoreResult, ports::Maintenance};
use std::{sync::Arc, time::Duration};

pub(crate) struct Heartbeat {
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) every: Duration,
}

#[async_trait]
impl Job for Heartbeat {
    fn name(&self) -> &'static str {
        "heartbeat"
    }

    fn every(&self) -> Duration {
        self.every
    }

    /// Each process has its own heart.
    fn lease(&self) -> Option<Duration> {
        None
    }

    /// A catalog that comes back must hear of us before it takes us for dead.
    fn longest_retry(&self) -> Duration {
        self.every
    }

    async fn step(&self) -> StoreResult<Step> {
        self.maintenance.heartbeat().await?;
        Ok(Step::counted(1, false))
    }
}
