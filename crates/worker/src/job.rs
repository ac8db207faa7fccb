//! What the runner needs to know of a job.

use async_trait::async_trait;
use model::{
    StoreResult,
    ports::{JobVolume, Topic},
};
use std::time::Duration;

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) volume: JobVolume,
    /// There is more to do now.
    pub(crate) more: bool,
}

impl Step {
    /// A step that is only counted in the job's own unit.
    pub(crate) fn counted(work: u64, more: bool) -> Self {
        Self { volume: JobVolume { work, ..JobVolume::default() }, more }
    }
}

/// A piece of background work that can be repeated at any time without harm.
#[async_trait]
pub(crate) trait Job: Send + Sync {
    /// Also the name of its lease.
    fn name(&self) -> &'static str;

    /// Longest pause between two rounds.
    fn every(&self) -> Duration;

    /// How long the lease lives without renewal; `None` for work that each process does for itself.
    fn lease(&self) -> Option<Duration>;

    /// A message here starts a round early.
    fn wakes_on(&self) -> Option<Topic> {
        None
    }

    /// Longest pause after failures.
    fn longest_retry(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn step(&self) -> StoreResult<Step>;
}
