//! Listens to the channels that somebody here wants, and brings their messages to the hub.

use super::{
    MISSED_CHANNEL, Origin, RedisServer, channel,
    server::{CONNECT_TIMEOUT, FIRST_RETRY, LAST_RETRY, RESPONSE_TIMEOUT},
};
use crate::hub::Hub;
use futures::StreamExt;
use model::ports::{BusMessage, Topic};
use redis::{
    RedisResult,
    aio::{PubSubSink, PubSubStream},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval, sleep_until, timeout},
};

/// How long a new subscriber waits for Redis to confirm. After that it has local messages, and is told `Missed` once Redis confirms.
const CONFIRM_TIMEOUT: Duration = Duration::from_millis(500);
/// Requests waiting for the listening task: as many tabs may open at once. More of them wait, which only delays them.
const MAX_WAITING: usize = 256;
/// A connection that went silent without being closed is noticed after this and the answer's timeout.
const PING_EVERY: Duration = Duration::from_secs(5);

/// A wish to hear a topic, and whom to tell when Redis has confirmed.
struct Want {
    topic: Topic,
    confirmed: oneshot::Sender<()>,
}

/// Asks the listening task for topics.
pub(super) struct Wants(mpsc::Sender<Want>);

pub(super) struct Wanted(mpsc::Receiver<Want>);

pub(super) fn wants() -> (Wants, Wanted) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    (Wants(sender), Wanted(receiver))
}

impl Wants {
    /// Returns when the topic is being listened to, or when Redis does not seem to be there.
    pub(super) async fn subscribe(&self, topic: &Topic) {
        let (confirmed, confirmation) = oneshot::channel();
        let ask = async {
            // Both fail only when the task has ended with the bus.
            let asked = self.0.send(Want { topic: topic.clone(), confirmed }).await;
            if asked.is_ok() {
                confirmation.await.ok();
            }
        };
        timeout(CONFIRM_TIMEOUT, ask).await.ok();
    }
}

/// Runs until dropped: listens, and after each loss of the connection listens again and says `Missed`.
pub(super) async fn run(server: RedisServer, hub: Arc<Hub>, wanted: Wanted, origin: Origin) {
    let mut listener = Listener { hub, origin, topics: HashMap::new(), wanted: wanted.0 };
    let mut retry = FIRST_RETRY;
    loop {
        if let Ok(Ok(pubsub)) = timeout(CONNECT_TIMEOUT, server.client().get_async_pubsub()).await {
            let (sink, stream) = pubsub.split();
            if let Err(error) = listener.listen(sink, stream, &mut retry).await {
                tracing::debug!(%server, reason = error.category(), "redis subscription lost");
            }
        }
        listener.wait(retry).await;
        retry = (retry * 2).min(LAST_RETRY);
    }
}

struct Listener {
    hub: Arc<Hub>,
    origin: Origin,
    /// What was asked for, by channel.
    topics: HashMap<String, Topic>,
    wanted: mpsc::Receiver<Want>,
}

impl Listener {
    /// Until the connection is lost.
    async fn listen(&mut self, mut sink: PubSubSink, mut stream: PubSubStream, retry: &mut Duration) -> RedisResult<()> {
        self.topics.retain(|_, topic| self.hub.has_subscriber(topic));
        let channels: Vec<&str> = self.topics.keys().map(String::as_str).chain([MISSED_CHANNEL]).collect();
        within(sink.subscribe(channels.as_slice())).await?;
        *retry = FIRST_RETRY;
        // Now that nothing more can be missed, say what may have been.
        self.say_missed();
        let mut ping = interval(PING_EVERY);
        loop {
            tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.receive(&message, &mut sink).await?,
                    None => return Ok(()),
                },
                Some(want) = self.wanted.recv() => {
                    let name = channel(&want.topic);
                    let answer = within(sink.subscribe(&name)).await;
                    self.topics.insert(name, want.topic.clone());
                    answer?;
                    // It did not wait: it has been without the others' messages for a while.
                    if want.confirmed.send(()).is_err() {
                        self.hub.deliver(&want.topic, BusMessage::Missed(None));
                    }
                }
                _ = ping.tick() => within(sink.ping::<redis::Value>()).await.map(drop)?,
            }
        }
    }

    async fn receive(&mut self, message: &redis::Msg, sink: &mut PubSubSink) -> RedisResult<()> {
        let payload = match Origin::open(message.get_payload_bytes().to_vec()) {
            Some((sender, payload)) if sender != self.origin => payload,
            _ => return Ok(()),
        };
        let name = message.get_channel_name();
        if name == MISSED_CHANNEL {
            self.say_missed();
            return Ok(());
        }
        let heard = self.topics.get(name).is_some_and(|topic| self.hub.deliver(topic, BusMessage::Payload(payload)));
        if !heard {
            self.topics.remove(name);
            within(sink.unsubscribe(name)).await?;
        }
        Ok(())
    }

    fn say_missed(&self) {
        for topic in self.topics.values() {
            self.hub.deliver(topic, BusMessage::Missed(None));
        }
    }

    /// Waits for the next attempt; whoever subscribes meanwhile is not kept waiting.
    async fn wait(&mut self, pause: Duration) {
        let end = Instant::now() + pause;
        loop {
            tokio::select! {
                () = sleep_until(end) => return,
                Some(want) = self.wanted.recv() => {
                    self.topics.insert(channel(&want.topic), want.topic);
                }
            }
        }
    }
}

async fn within<T>(work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(RESPONSE_TIMEOUT, work).await.unwrap_or_else(|_| Err((redis::ErrorKind::Io, "no answer in time").into()))
}
