//! What all proxied calls share.

use super::{
    ProxyConfig,
    client::{UpstreamClient, client},
};
use crate::{AppState, http::Gate};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Calls that are recorded at once, those that wait to be stored among them.
const MAX_CALLS: usize = 16_384;
/// Recordings that are read and stored at once: enough that commits are grouped, few enough that parsed bodies stay small together.
const MAX_FINISHING: usize = 32;

pub(crate) struct ProxyState {
    pub(super) client: UpstreamClient,
    /// Counts the bytes that recordings hold.
    pub(super) memory: Gate,
    pub(super) calls: Gate,
    pub(super) finishing: Semaphore,
    pub(super) tasks: TaskTracker,
}

impl ProxyState {
    pub(crate) fn new(config: &ProxyConfig) -> Self {
        Self {
            client: client(),
            memory: Gate::new("bytes of recorded calls", config.max_recording_bytes),
            calls: Gate::new("recorded calls", MAX_CALLS),
            finishing: Semaphore::new(MAX_FINISHING),
            tasks: TaskTracker::new(),
        }
    }

    pub(crate) fn memory_in_use(&self) -> usize {
        self.memory.in_use()
    }
}

impl AppState {
    /// Waits until the calls that went through the proxy are stored, at most so long. For the end of the process, when no more come.
    pub async fn finish_recordings(&self, limit: Duration) {
        self.proxy.tasks.close();
        if tokio::time::timeout(limit, self.proxy.tasks.wait()).await.is_err() {
            tracing::warn!("some calls through the proxy were not recorded in time");
        }
    }
}
