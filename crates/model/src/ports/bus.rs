//! Fan-out between processes, and a cache. Both may lose everything at any moment: neither is ever the only copy.

use crate::{ProjectId, StoreResult};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// New rows of a project (a JSON `LiveBatch`).
    Live(ProjectId),
    /// Something was committed: snapshots are stale and there may be work.
    Committed,
}

impl Topic {
    pub fn name(&self) -> String {
        match self {
            Self::Live(project) => format!("live:{project}"),
            Self::Committed => "committed".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusMessage {
    Payload(Bytes),
    /// The subscriber was too slow, or the connection was lost: this many messages, or an unknown number, were missed.
    Missed(Option<u64>),
}

#[async_trait]
pub trait Bus: Send + Sync {
    /// Hands the message to every subscriber that is there now. MUST never block on a slow subscriber or a lost server, and MUST not fail.
    async fn publish(&self, topic: &Topic, payload: Bytes);

    /// Messages published after this returns, in order per publisher. A lost connection MUST be retried and reported as `Missed`;
    /// the stream ends only when the bus is dropped. Local subscribers MUST receive local messages even while a remote server is away.
    async fn subscribe(&self, topic: &Topic) -> StoreResult<BoxStream<'static, BusMessage>>;
}

#[async_trait]
pub trait Cache: Send + Sync {
    /// `None` when absent, expired, or out of reach. MUST answer within 100 ms.
    async fn get(&self, key: &str) -> Option<Bytes>;

    /// Best effort.
    async fn put(&self, key: &str, value: Bytes, lifetime: Duration);
}
