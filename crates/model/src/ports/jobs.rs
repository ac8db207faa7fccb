//! Who does which job: leases, so that several processes share the work and a dead one holds nothing up.

use crate::{StoreResult, WriterId};
use async_trait::async_trait;
use std::time::Duration;

/// A right to run a job until it expires. `token` grows with every claim: the later holder has the larger one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLease {
    pub job: String,
    pub owner: WriterId,
    pub token: u64,
}

#[async_trait]
pub trait JobLeases: Send + Sync {
    /// Claims the job unless another owner holds it. MUST be atomic: of two callers at once, one gets it.
    async fn claim(&self, job: &str, owner: WriterId, lifetime: Duration) -> StoreResult<Option<JobLease>>;

    /// Prolongs; `false` when the lease was lost.
    async fn renew(&self, lease: &JobLease, lifetime: Duration) -> StoreResult<bool>;

    async fn release(&self, lease: &JobLease) -> StoreResult<()>;
}
