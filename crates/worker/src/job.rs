//! What the runner needs to know of a job.

use async_trait::async_trait;
use model::{StoreResult, ports::Topic};
use std::time::Duration;

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Things done, in the job's own unit.
    pub(crate) work: u64,
    /// There is more to do now.
    pub(crate) more: bool,
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
