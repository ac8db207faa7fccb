//! Fan-out inside this process: a ring of recent messages per topic with a subscriber.

use futures::{StreamExt, stream::BoxStream};
use model::ports::{BusMessage, Topic};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

/// Messages a subscriber may fall behind before it misses some. Live batches come a few times a second per project:
/// a minute's worth, while a stuck browser holds no more than this many batches in memory.
pub(crate) const SUBSCRIBER_BACKLOG: usize = 256;

#[derive(Default)]
pub(crate) struct Hub {
    topics: Mutex<HashMap<Topic, broadcast::Sender<BusMessage>>>,
}

impl Hub {
    /// Hands the message to whoever listens; `false` when nobody does. Never blocks: a slow subscriber misses the oldest.
    pub(crate) fn deliver(&self, topic: &Topic, message: BusMessage) -> bool {
        let mut topics = self.topics.lock();
        // The lock is held while sending, so that a subscriber who comes now sees either the message or the next one, never the topic's removal.
        let heard = topics.get(topic).is_some_and(|sender| sender.send(message).is_ok());
        if !heard {
            topics.remove(topic);
        }
        heard
    }

    /// Messages delivered from now on. The stream ends when the hub is dropped.
    pub(crate) fn subscribe(&self, topic: &Topic) -> BoxStream<'static, BusMessage> {
        let mut topics = self.topics.lock();
        topics.retain(|_, sender| sender.receiver_count() > 0);
        let sender = topics.entry(topic.clone()).or_insert_with(|| broadcast::channel(SUBSCRIBER_BACKLOG).0);
        let stream = BroadcastStream::new(sender.subscribe());
        stream
            .map(|received| match received {
                Ok(message) => message,
                Err(BroadcastStreamRecvError::Lagged(count)) => BusMessage::Missed(Some(count)),
            })
            .boxed()
    }

    pub(crate) fn has_subscriber(&self, topic: &Topic) -> bool {
        self.topics.lock().get(topic).is_some_and(|sender| sender.receiver_count() > 0)
    }
}
