//! Messages on their way to Redis. Bounded, so that an outage costs a known amount of memory: the oldest are dropped and counted.

use bytes::Bytes;
use model::ports::Topic;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::Notify;

/// Messages kept while Redis is slow or away: a few seconds of a busy server. Older live rows are of no use to anybody.
pub(super) const MAX_MESSAGES: usize = 1_024;
/// Bytes kept, for the same reason.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
    dropped: AtomicU64,
    /// Something was dropped that the other processes have not been told of.
    lossy: AtomicBool,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<(Topic, Bytes)>,
    bytes: usize,
}

impl Outbox {
    /// Never blocks and never fails.
    pub(super) fn push(&self, topic: Topic, payload: Bytes) {
        let mut lost = 0;
        {
            let mut queue = self.queue.lock();
            queue.bytes += payload.len();
            queue.messages.push_back((topic, payload));
            while queue.messages.len() > MAX_MESSAGES || queue.bytes > MAX_BYTES {
                let Some((_, payload)) = queue.messages.pop_front() else { break };
                queue.bytes -= payload.len();
                lost += 1;
            }
        }
        if lost > 0 {
            self.lost(lost);
        }
        self.filled.notify_one();
    }

    /// Waits for messages, then takes the oldest, at most `limit`.
    pub(super) async fn take(&self, limit: usize) -> Vec<(Topic, Bytes)> {
        loop {
            let taken: Vec<_> = {
                let mut queue = self.queue.lock();
                let count = queue.messages.len().min(limit);
                let taken: Vec<_> = queue.messages.drain(..count).collect();
                queue.bytes -= taken.iter().map(|(_, payload)| payload.len()).sum::<usize>();
                taken
            };
            if !taken.is_empty() {
                return taken;
            }
            self.filled.notified().await;
        }
    }

    /// Notes messages that will not arrive.
    pub(super) fn lost(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
        self.lossy.store(true, Ordering::Release);
    }

    /// Whether anything was lost since the last call.
    pub(super) fn take_lossy(&self) -> bool {
        self.lossy.swap(false, Ordering::AcqRel)
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_go_when_there_are_too_many_or_too_large() {
        let outbox = Outbox::default();
        for number in 0..MAX_MESSAGES + 3 {
            outbox.push(Topic::Committed, Bytes::from(number.to_string()));
        }
        assert_eq!(outbox.dropped(), 3);
        assert!(outbox.take_lossy() && !outbox.take_lossy());
        assert_eq!(outbox.take(2).await, [(Topic::Committed, Bytes::from("3")), (Topic::Committed, Bytes::from("4"))]);

        outbox.push(Topic::Committed, Bytes::from(vec![0; MAX_BYTES]));
        assert_eq!(outbox.take(MAX_MESSAGES).await.len(), 1);
        outbox.push(Topic::Committed, Bytes::from(vec![0; MAX_BYTES + 1]));
        outbox.push(Topic::Committed, Bytes::from("small"));
        assert_eq!(outbox.take(MAX_MESSAGES).await, [(Topic::Committed, Bytes::from("small"))]);
    }
}
