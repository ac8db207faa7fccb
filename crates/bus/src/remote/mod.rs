//! Redis: never waited for, never the only copy.

mod cache;
mod health;
mod outbox;
mod publisher;
mod server;
mod subscriber;

pub use cache::RedisCache;
pub use health::RedisHealth;
pub use server::{InvalidRedisUrl, RedisServer};

use crate::hub::Hub;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use model::{
    StoreResult,
    ports::{Bus, BusMessage, Topic},
};
use outbox::Outbox;
use std::sync::Arc;
use subscriber::Wants;
use tokio::task::JoinSet;

/// Prefix of every channel and key, so that one Redis can serve other programs too.
const PREFIX: &str = "telltale:";
/// Says "I lost messages on the way out" to every other process.
const MISSED_CHANNEL: &str = "telltale:missed";

/// The bus of several processes. Local subscribers get local messages directly; Redis only carries them to the other processes.
pub struct RedisBus {
    hub: Arc<Hub>,
    outbox: Arc<Outbox>,
    wants: Wants,
    /// Publisher and subscriber; they end with the bus.
    _tasks: JoinSet<()>,
}

impl RedisBus {
    /// Starts to connect and returns at once.
    pub fn start(server: &RedisServer) -> Self {
        let (hub, outbox) = (Arc::<Hub>::default(), Arc::<Outbox>::default());
        let origin = Origin::new();
        let (wants, wanted) = subscriber::wants();
        let mut tasks = JoinSet::new();
        tasks.spawn(publisher::run(server.clone(), outbox.clone(), origin));
        tasks.spawn(subscriber::run(server.clone(), hub.clone(), wanted, origin));
        Self { hub, outbox, wants, _tasks: tasks }
    }

    /// Messages that did not reach Redis since the start.
    pub fn dropped(&self) -> u64 {
        self.outbox.dropped()
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn publish(&self, topic: &Topic, payload: Bytes) {
        self.hub.deliver(topic, BusMessage::Payload(payload.clone()));
        self.outbox.push(topic.clone(), payload);
    }

    async fn subscribe(&self, topic: &Topic) -> StoreResult<BoxStream<'static, BusMessage>> {
        let stream = self.hub.subscribe(topic);
        self.wants.subscribe(topic).await;
        Ok(stream)
    }
}

/// Marks messages with the process that sent them: it has delivered them itself and ignores them when they come back.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Origin([u8; 16]);

impl Origin {
    fn new() -> Self {
        Self(*model::WriterId::generate().as_bytes())
    }

    fn seal(self, payload: &[u8]) -> Vec<u8> {
        [self.0.as_slice(), payload].concat()
    }

    /// The sender and the payload; `None` when it is not one of our messages.
    fn open(message: Vec<u8>) -> Option<(Self, Bytes)> {
        let mut message = Bytes::from(message);
        let origin = message.get(..16)?.try_into().ok()?;
        Some((Self(origin), message.split_off(16)))
    }
}

fn channel(topic: &Topic) -> String {
    format!("{PREFIX}{}", topic.name())
}
