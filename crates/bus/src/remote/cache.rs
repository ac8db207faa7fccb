//! Answers shared between processes.

use super::{PREFIX, RedisServer};
use async_trait::async_trait;
use bytes::Bytes;
use model::ports::Cache;
use parking_lot::Mutex;
use redis::AsyncCommands;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Computing an answer anew takes about as long. The contract allows 100 ms, and a busy machine adds some.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(50);
/// After a failure nobody asks for this long, so that an outage does not cost each request the timeout.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Larger values take longer to fetch than to compute.
const MAX_VALUE_BYTES: usize = 4 * 1024 * 1024;

pub struct RedisCache {
    server: RedisServer,
    paused_until: Mutex<Option<Instant>>,
}

impl RedisCache {
    pub fn new(server: RedisServer) -> Self {
        Self { server, paused_until: Mutex::new(None) }
    }

    /// Does the work unless Redis was away a moment ago. `None`: out of reach.
    async fn ask<T>(&self, work: impl Future<Output = redis::RedisResult<T>>) -> Option<T> {
        if self.paused_until.lock().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let answer = timeout(ANSWER_TIMEOUT, work).await.ok().and_then(Result::ok);
        *self.paused_until.lock() = answer.is_none().then(|| Instant::now() + PAUSE_AFTER_FAILURE);
        answer
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &str) -> Option<Bytes> {
        let mut connection = self.server.connection();
        let value: Option<Vec<u8>> = self.ask(connection.get(name(key))).await?;
        value.map(Bytes::from)
    }

    async fn put(&self, key: &str, value: Bytes, lifetime: Duration) {
        let mut connection = self.server.connection();
        let millis = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        if millis == 0 || value.len() > MAX_VALUE_BYTES {
            self.ask(connection.del::<_, ()>(name(key))).await;
        } else {
            self.ask(connection.pset_ex::<_, _, ()>(name(key), value.as_ref(), millis)).await;
        }
    }
}

fn name(key: &str) -> String {
    format!("{PREFIX}cache:{key}")
}
